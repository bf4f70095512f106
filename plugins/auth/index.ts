export { InvitationPage } from './invitation.ts';
export { LoginPages } from './login.ts';
