/**
 * @file For pages that show the hosted page in a frame: the frame becomes as high as what is in it, and gets the page's look;
 * what happens in it is an event of the frame. Without this script the frame keeps its height, and scrolls.
 */
const server = new URL(import.meta.url.replace(/widget\/([\da-f]{12}\/)?frame\.js.*$/, ''));
const LOOK = ['accent', 'on-accent', 'surface', 'text', 'radius', 'font'].map((name) => `--book-online-${name}`);

/** @param {unknown} node @returns {node is HTMLIFrameElement & {contentWindow: Window}} */
const isOurs = (node) =>
  node instanceof HTMLIFrameElement && node.contentWindow !== null && node.src.startsWith(new URL('book', server).href);

/** Tells the page in the frame who asks. It is lost where that page doesn't listen yet; its `load` comes later.
 * @param {HTMLIFrameElement & {contentWindow: Window}} frame */
const greet = (frame) => {
  const style = getComputedStyle(frame);
  /** @type {Record<string, string>} */
  const look = { 'color-scheme': style.colorScheme === 'normal' ? 'light' : style.colorScheme };
  for (const name of LOOK) {
    const value = style.getPropertyValue(name).trim();
    if (value) look[name] = value;
  }
  frame.contentWindow.postMessage({ bookOnline: { look } }, server.origin);
};

const greetAll = () => [...document.querySelectorAll('iframe')].filter(isOurs).forEach(greet);

window.addEventListener('message', ({ origin, source, data }) => {
  const told = origin === server.origin && data?.bookOnline;
  const frame = told && [...document.querySelectorAll('iframe')].find((each) => isOurs(each) && each.contentWindow === source);
  if (!frame) return;
  if (told.height > 0) frame.style.height = `${Number(told.height)}px`;
  if (told.event) frame.dispatchEvent(new CustomEvent(`book-online:${told.event}`, { bubbles: true, detail: told.detail }));
});
// `load` doesn't bubble. Frames that the page adds later are greeted too.
document.addEventListener('load', ({ target }) => isOurs(target) && greet(target), true);
// The visitor's device may turn dark while the page is open.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', greetAll);
greetAll();
