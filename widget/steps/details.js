/**
 * @file Last step: the patient's details, and the booking itself.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Problem} Problem
 * @typedef {keyof import('../flow/types.js').Patient} FieldName
 * @typedef {{whom: HTMLElement, fields: HTMLElement[], consent: HTMLElement}} Form
 */
import { book } from '../api/booking.js';
import { dayAndTime, serviceFacts, shortDayAndTime, startTime, summaryRow } from '../ui/appointment.js';
import { consentField, isConsentGiven } from '../ui/consent.js';
import { h, icon, markInvalid } from '../ui/element.js';
import { mapLink, whereOf } from '../ui/links.js';
import { meantDomain } from '../ui/mail-typo.js';
import { face, titleAndLanguages } from '../ui/person.js';
import { keptTime } from './kept-time.js';
import { screeningOf } from './screening.js';

const NAME = /** @type {const} */ ({
  type: 'text', key: 'next', caps: 'words', label: 'details.name', empty: 'details.noName', invalid: 'details.badName',
});
/** `contactName` is of who books for somebody else. */
export const FIELDS = /** @type {const} */ ({
  name: NAME,
  contactName: NAME,
  email: { type: 'email', key: 'next', caps: 'none', label: 'details.email', empty: 'details.noEmail', invalid: 'details.badEmail' },
  phone: { type: 'tel', key: 'done', caps: 'none', label: 'details.phone', empty: 'details.noPhone', invalid: 'details.badPhone' },
});
/** What is surely wrong, once a field is left; the server judges all of it. @type {Partial<Record<FieldName, RegExp>>} */
const WRONG = { email: /^[^@]+$|@.*@|@[^.]*$|\s\S/, phone: /^(?:\D*\d){0,6}\D*$/ };
const NAMES = /** @type {FieldName[]} */ (Object.keys(FIELDS));

/** Fields for the patient's details, and the text to agree to. @param {Flow} flow @returns {Form} */
export const detailsForm = (flow) => {
  const fields = NAMES.map((name) => patientField(name, flow));
  return { whom: whomField(flow, fields), fields, consent: consentField(flow) };
};

/** Whether the visit is for the visitor. @param {Flow} flow @param {HTMLElement[]} fields */
const whomField = ({ state, t }, fields) => {
  const [name, contactName] = /** @type {[HTMLElement, HTMLElement]} */ (/** @type {unknown} */ (fields));
  const input = name.querySelector('input');
  const follow = () => {
    contactName.hidden = !state.isForOther;
    name.querySelector('label')?.replaceChildren(t(state.isForOther ? 'details.theirName' : 'details.name'));
    input?.setAttribute('autocomplete', state.isForOther ? 'off' : 'name');
  };
  /** @param {boolean} isForOther @param {'details.me' | 'details.other'} label */
  const option = (isForOther, label) => h('label', { class: 'answer', part: 'choice' },
    h('input', {
      type: 'radio', name: 'whom', checked: state.isForOther === isForOther,
      onchange: () => {
        state.isForOther = isForOther;
        follow();
      },
    }), h('span', {}, t(label)));
  follow();
  return h('fieldset', { class: 'whom' }, h('legend', { class: 'sr' }, t('details.whom')),
    h('div', { class: 'answers' }, option(false, 'details.me'), option(true, 'details.other')));
};

/** As it is sent. @param {import('../flow/types.js').State} state */
export const patientOf = ({ patient, isForOther }) => ({ ...patient, contactName: isForOther ? patient.contactName : null });

/** @param {Flow} flow */
const noteField = ({ state, t }) => {
  const input = h('textarea', {
    id: 'note', class: 'input', part: 'input', rows: 2, maxlength: 500, 'aria-labelledby': 'note-name', 'aria-describedby': 'note-help',
    oninput: () => (state.note = input.value),
  });
  input.value = state.note;
  return h('details', { class: 'note', part: 'field', open: state.note !== '' },
    h('summary', { id: 'note-name' }, t('details.note')), input, h('p', { class: 'soft', id: 'note-help' }, t('details.noteHelp')));
};

/** @type {import('../flow/types.js').Step} */
export const detailsStep = {
  name: 'details',
  show: (flow) => {
    const { t, state, holds } = flow;
    const count = state.held.length;
    const form = detailsForm(flow);
    const kept = keptTime(flow);
    holds.extend().then(kept.update);
    return {
      title: t('details.title'),
      content: [heldSummary(flow), form.whom, h('div', { class: 'fields' }, ...form.fields), noteField(flow), form.consent, h('p', { class: 'promise' }, changeRule(flow)), kept.element],
      primary: {
        label: t.count('details.book', count),
        act: () => submit(flow, form),
      },
    };
  },
};

/** When, with whom and for how much; what was chosen or is known already is a press away. @param {Flow} flow */
const heldSummary = (flow) => {
  const { state: { service }, catalogue: { clinic: { locations } }, t, holds, server } = flow;
  const visits = holds.all.map(({ slot }) => slot).sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt));
  const person = service?.practitioners.find(({ id }) => id === visits[0]?.practitioner.id);
  const place = locations.find(({ id }) => id === visits[0]?.location.id);
  if (!service || !visits[0] || !place) return null;
  const { name, address } = place;
  const isOneOfMany = locations.length > 1 && service.mode === 'IN_PERSON';
  // In which languages they speak is news where the reader's is none of them.
  const isForeign = !person?.languages.includes(t.language);
  return h('details', { class: 'summary held', part: 'summary' },
    h('summary', {}, person && face(person, server),
      h('span', {},
        ...visits.map((visit) => startTime(visit, flow, shortDayAndTime)),
        h('span', { class: 'line' }, visits[0].practitioner.name),
        person && h('span', { class: `soft line${isForeign ? '' : ' unfolded'}` }, titleAndLanguages(person, t)),
        h('span', { class: 'soft line' }, [...serviceFacts(service, t, visits[0].practitioner.id), isOneOfMany && name].filter(Boolean).join(' · '))),
      icon('forward')),
    h('dl', {},
      summaryRow('service', t('summary.what'), service.name),
      summaryRow('place', t('summary.where'), ...whereOf(service, [name, ...address.map((line) => h('span', { class: 'soft line' }, line)), mapLink(address, t)], t))));
};

/** Until when the visits can be changed online, once they are booked. @param {Flow} flow */
const changeRule = (flow) => {
  const { t, holds, catalogue } = flow;
  const [first, ...others] = holds.all;
  if (others.length) return t('manage.each');
  if (first?.changeDeadline) return t('manage.until', { time: dayAndTime({ ...first.slot, startsAt: first.changeDeadline }, flow) });
  const { graceMinutes } = catalogue.clinic.bookingPolicy;
  return graceMinutes ? t.count('details.grace', graceMinutes) : t('details.noChanges');
};

/** @param {FieldName} name @param {Flow} flow */
const patientField = (name, { state, t }) => {
  const { type, key, caps, label, invalid } = FIELDS[name];
  const input = h('input', {
    type, autocomplete: type === 'text' ? 'name' : type, inputmode: type, id: name, name, class: 'input', part: 'input',
    enterkeyhint: key, autocapitalize: caps, spellcheck: 'false', required: true, 'aria-describedby': `${name}-wrong`,
    oninput: () => {
      state.patient[name] = input.value;
      if (input.getAttribute('aria-invalid') === 'true') markInvalid(field, input, '');
    },
    onchange: () => {
      const typed = input.value.trim();
      const isWrong = typed && WRONG[name]?.test(typed);
      markInvalid(field, input, isWrong ? t(invalid) : '');
      const domain = name === 'email' && !isWrong && meantDomain(typed);
      hint.replaceChildren(domain ? proposal(domain) : '');
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      /** @type {HTMLElement | null} */
      let next = field;
      do next = /** @type {HTMLElement | null} */ (next.nextElementSibling); while (next && (next.hidden || next.querySelector('input')?.value));
      if (!next) return;
      event.preventDefault();
      next.querySelector('input')?.focus();
    },
  });
  input.value = state.patient[name];
  const hint = h('p', { role: 'status' });
  /** @param {string} domain */
  const proposal = (domain) => {
    const [before = '', after = ''] = t('details.typo', { domain: '|' }).split('|');
    return h('button', {
      type: 'button', class: 'hint',
      onclick: () => {
        input.value = state.patient[name] = input.value.replace(/@[^@]*$/, `@${domain}`);
        hint.replaceChildren();
        input.focus();
      },
    }, before, h('u', {}, domain), after);
  };
  const field = h('div', { class: 'field', part: 'field' },
    h('label', { for: name }, t(label)), input, h('p', { class: 'wrong', id: `${name}-wrong` }), hint);
  return field;
};

/** Says at each field what is wrong with it. @param {Flow} flow @param {Form} form
 * @param {(name: FieldName) => string} textOf @param {string} textOfConsent */
export const markFields = ({ t, frame }, { fields, consent }, textOf, textOfConsent) => {
  NAMES.forEach((name, i) => markInvalid(/** @type {HTMLElement} */ (fields[i]), fields[i]?.querySelector('input') ?? null, textOf(name)));
  markInvalid(consent, consent.querySelector('input'), textOfConsent);
  const first = [...fields, consent].find((field) => field.hasAttribute('data-wrong'));
  if (!first) return false;
  first.querySelector('input')?.focus();
  frame.announce(t('details.check'));
  return true;
};

/** Says at each field that is empty what belongs there. Returns whether one is. @param {Flow} flow @param {Form} form */
export const marksEmpty = (flow, form) => {
  const { state, t } = flow;
  const missing = isConsentGiven(flow) ? '' : t('consent.missing');
  return markFields(flow, form, (name) => {
    if (state.patient[name].trim() || (name === 'contactName' && !state.isForOther)) return '';
    return t(name === 'name' && state.isForOther ? 'details.noTheirName' : FIELDS[name].empty);
  }, missing);
};

/** @param {Flow} flow @param {Form} form */
const submit = async (flow, form) => {
  if (marksEmpty(flow, form)) return;
  const problems = await send(flow);
  if (problems.length) await (await import('./refusals.js')).refuseBooking(flow, form, problems);
  else flow.goTo('confirmed');
};

/** @param {Flow} flow @returns {Promise<Problem[]>} */
export const send = async ({ state, server, holds, emit }) => {
  state.isOutcomeUnknown = true;
  const tokens = holds.all.map(({ holdToken }) => holdToken);
  const { booked, problems } = await book(server, tokens, {
    patient: patientOf(state), screening: screeningOf(state), consentTextId: state.consentTextId, note: state.note,
  });
  state.isOutcomeUnknown = false;
  if (booked) {
    state.booked = booked;
    state.answers.clear();
    state.held.fill(null);
    emit('booked', { service: state.service?.slug });
  }
  return problems;
};
