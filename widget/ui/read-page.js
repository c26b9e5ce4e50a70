/** @file Reads another page of the server. */

/** Not parsed from a string, which a policy of trusted types may forbid.
 * @param {URL | string} address @returns {Promise<Document>} */
export const readPage = (address) => new Promise((done, fail) => {
  const request = new XMLHttpRequest();
  request.open('GET', address);
  request.responseType = 'document';
  request.onload = () => (request.status === 200 && request.responseXML ? done(request.responseXML) : fail(new Error(`${request.status}`)));
  request.onerror = fail;
  request.send();
});
