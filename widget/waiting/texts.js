/** @file The texts of the waiting list, which few visitors need. */
import { Unreachable } from '../api/transport.js';

/** Adds them to those that the visitor's browser has. @param {import('../flow/types.js').Translate} t */
export const addTexts = async ({ language, texts }) => {
  const response = await fetch(new URL(`../strings/waiting-list/${language}.json`, import.meta.url));
  if (!response.ok) throw new Unreachable(`The strings could not be loaded: ${response.status}`);
  Object.assign(texts, (await response.json()).texts);
};
