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

/** Counts works of one kind: each call begins one, and returns whether no other has begun since. */
export const newestOf = () => {
  let begun = 0;
  return () => {
    const number = (begun += 1);
    return () => number === begun;
  };
};
