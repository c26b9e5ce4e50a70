/** @file Proof of work, for a server under attack: finding the number behind a hash (ALTCHA, version 1). */

const BATCH = 1000;

/**
 * @param {{algorithm: string, digest: string, salt: string, signature: string, maxNumber: number}} challenge
 * @returns {Promise<string>} the proof
 */
export const solve = async ({ algorithm, digest, salt, signature, maxNumber }) => {
  const encoder = new TextEncoder();
  const hash = async (/** @type {number} */ number) => {
    const bytes = new Uint8Array(await crypto.subtle.digest(algorithm, encoder.encode(salt + number)));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  for (let first = 0; first <= maxNumber; first += BATCH) {
    const hashes = await Promise.all(Array.from({ length: BATCH }, (_, i) => hash(first + i)));
    const found = hashes.indexOf(digest);
    if (found < 0) continue;
    return btoa(JSON.stringify({ algorithm, challenge: digest, number: first + found, salt, signature }));
  }
  throw new Error('The challenge has no solution');
};
