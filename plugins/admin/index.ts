export { AdminPages } from './pages.ts';
export { UsersPanel } from './users.ts';
