export { SiteBanner } from './banner.ts';
export { AboutPage } from './page.ts';
