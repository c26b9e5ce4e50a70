/** @file Work in tasks of the browser, in between which it paints and answers presses: a phone is slow. */

/** In a task of its own from here on. */
export const nextTask = () => new Promise((done) => setTimeout(done));

/** Runs each in a task of its own, in order. @param {(() => unknown)[]} works */
export const inTasks = async (works) => {
  for (const work of works) {
    await nextTask();
    work();
  }
};
