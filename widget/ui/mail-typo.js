/** @file A slip in the domain of an e-mail address. */

const PROVIDERS = ['gmail', 'hotmail', 'outlook', 'yahoo', 'icloud', 'videotron', 'sympatico', 'rogers', 'telus', 'proton'];
/** Real ones that are nearly another's name. */
const OTHERS = ['mail', 'email', 'ymail', 'googlemail', 'rocketmail', 'protonmail'];
/** What `PROVIDERS` may end in. */
const ENDINGS = ['com', 'ca', 'net', 'fr', 'de', 'it', 'es', 'be', 'ch', 'in', 'me', 'co.uk', 'com.au', 'com.br', 'com.mx', 'co.jp', 'co.in'];
const USUAL = /** @type {Record<string, string>} */ ({ videotron: 'ca', sympatico: 'ca', telus: 'net', proton: 'me' });
/** Of "com"; the second one of no country. */
const SLIPS = /^(?:co|cm|om|cim|cpm|con|c[mn]o|ocm|comm|vom|xom|)$/;
const SURE_SLIPS = /^(?:con|cmo|ocm|comm|vom|xom|cpm)$/;

/** The domain that was probably meant; none where there is no reason to ask. @param {string} address */
export const meantDomain = (address) => {
  const domain = address.slice(address.lastIndexOf('@') + 1).trim().toLowerCase();
  if (!address.includes('@') || !domain) return '';
  const [name = '', ...rest] = domain.split('.');
  const ending = rest.join('.');
  const provider = PROVIDERS.includes(name) ? name
    : OTHERS.includes(name) ? '' : PROVIDERS.find((one) => isOneSlip(one, name)) ?? '';
  if (!provider) return SURE_SLIPS.test(ending) ? `${name}.com` : '';
  const meant = `${provider}.${ENDINGS.includes(ending) ? ending : USUAL[provider] ?? 'com'}`;
  return meant === domain || (provider === name && !SLIPS.test(ending)) ? '' : meant;
};

/** Whether one letter is missing, too many, another, or exchanged with its neighbour. @param {string} word @param {string} typed */
const isOneSlip = (word, typed) => {
  if (Math.abs(word.length - typed.length) > 1) return false;
  let i = 0;
  while (i < word.length && word[i] === typed[i]) i += 1;
  return word.slice(i) === typed.slice(i + 1) || word.slice(i + 1) === typed.slice(i)
    || word.slice(i + 1) === typed.slice(i + 1)
    || (word[i] === typed[i + 1] && word[i + 1] === typed[i] && word.slice(i + 2) === typed.slice(i + 2));
};
