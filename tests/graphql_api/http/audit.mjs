// Asks the audits of graphql-http about the server whose address is given; prints what each found, as JSON.
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
const found = [];
for (const { id, name, fn } of serverAudits({ url })) {
  const { status, reason } = await fn();
  found.push({ id, name, status, reason });
}
console.log(JSON.stringify(found));
