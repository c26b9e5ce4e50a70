// How an operation is sent: for one answer, or for a stream of them.
const ONE = "application/graphql-response+json";
const STREAM = "text/event-stream";

/** @returns the one answer */
export async function ask(operation, options) {
  return (await post(operation, ONE, options)).json();
}

/** @returns what GraphiQL listens to: each answer as it comes, until it ends or is stopped */
export function listen(operation, options) {
  return {
    subscribe({ next, error, complete }) {
      const stop = new AbortController();
      const heard = hear(operation, next, { ...options, signal: stop.signal });
      heard.then(complete, (reason) => stop.signal.aborted || error(reason));
      return { unsubscribe: () => stop.abort() };
    },
  };
}

async function hear(operation, next, options) {
  const response = await post(operation, STREAM, options);
  if (!response.headers.get("content-type").startsWith(STREAM)) return next(await response.json());
  let text = "";
  for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    const events = (text + value).split("\n\n");
    text = events.pop();
    for (const data of events.flatMap((event) => event.match(/^data: ({.*)$/m)?.[1] ?? [])) next(JSON.parse(data));
  }
}

function post(operation, accept, { headers = {}, signal } = {}) {
  return fetch(document.querySelector("#playground").dataset.endpoint, {
    method: "POST",
    headers: { accept, "content-type": "application/json", ...headers },
    body: JSON.stringify(operation),
    signal,
  });
}
