/**
 * @file Here are the shapes that the flow speaks of, for the type checker; no browser loads this file.
 *
 * @typedef {string} Instant    RFC 3339, with the location's offset
 * @typedef {string} LocalDate  YYYY-MM-DD, on the clinic's calendar
 * @typedef {string} LocalTime  HH:MM; 24:00 only as a closing time
 * @typedef {'YES' | 'NO' | 'UNSURE'} Answer
 * @typedef {'MONDAY' | 'TUESDAY' | 'WEDNESDAY' | 'THURSDAY' | 'FRIDAY' | 'SATURDAY' | 'SUNDAY'} Weekday
 *
 * @typedef {{service?: string, practitioner?: string, location?: string, at?: string, patient?: Partial<Patient>}} Wish
 *   slugs, the time that is shown first, and what the page knows already of who comes
 * @typedef {{open: (wish: Wish) => void, close: () => void}} Opened
 *
 * @typedef {{weekday: Weekday, opens: LocalTime, closes: LocalTime}} OpeningHours
 * @typedef {{id: string, slug: string, name: string, address: string[], timeZone: string,
 *   openingHours: OpeningHours[]}} Location
 * @typedef {{name: string, phone: string, phoneShown: string, timeZone: string, locations: Location[],
 *   bookingPolicy: {horizonDays: number}}} Clinic
 * @typedef {{id: string, text: string, why: string | null}} Question
 * @typedef {{id: string, slug: string, name: string, title: string | null}} Practitioner
 * @typedef {{id: string, slug: string, name: string, description: string | null, preparation: string | null,
 *   faq: {question: string, answer: string}[], durationMinutes: number, visits: number, price: {amount: string, currency: string} | null,
 *   screeningQuestions: Question[], practitioners: Practitioner[]}} Service
 * @typedef {{clinic: Clinic, services: Service[]}} Catalogue
 *
 * @typedef {{serviceId: string, practitionerId: string | null, locationId: string | null}} Filter
 * @typedef {{id: string, startsAt: Instant, endsAt: Instant, practitioner: {id: string, name: string},
 *   location: {id: string, name: string}}} Slot
 * @typedef {{date: LocalDate, openSlotCount: number}} DayCount
 * @typedef {{slot: Slot, holdToken: string, expiresAt: Instant}} Held
 *
 * @typedef {object} Problem  A refusal; the optional members belong to some of its types.
 * @property {string} __typename
 * @property {string[]} path
 * @property {Slot[]} [alternatives]
 * @property {{id: string}[]} [missing]
 * @property {{id: string}[]} [suitableServices]
 * @property {string} [message]
 * @property {{algorithm: string, digest: string, salt: string, signature: string, maxNumber: number}} [challenge]
 *
 * @typedef {object} Appointment
 * @property {string} id
 * @property {string} reference
 * @property {'BOOKED' | 'CANCELLED'} status
 * @property {Instant} startsAt
 * @property {Instant} endsAt
 * @property {boolean} canChange
 * @property {Instant} changeDeadline
 * @property {string} calendarFile
 * @property {{id: string, name: string, durationMinutes: number, preparation: string | null}} service
 * @property {{id: string, name: string, title: string | null}} practitioner
 * @property {{id: string, name: string, address: string[]}} location
 *
 * @typedef {{visits: Appointment[], manageToken: string}} Booked
 * @typedef {{name: string, email: string, phone: string}} Patient
 *
 * @typedef {object} State  What the visitor has chosen and typed so far; in memory only.
 * @property {Service | null} service
 * @property {string | null} practitioner  an id; null for anyone
 * @property {string | null} location      an id; null for anywhere
 * @property {(Held | null)[]} visits      a place for each visit of the service
 * @property {Instant | null} near  a time that was lost or given up: what is nearest is wanted instead
 * @property {Map<string, Answer>} answers  by question id
 * @property {boolean} isCleared  the answers were judged, and the visit can be booked online
 * @property {string[]} suitable    ids of services that can be booked although this one can't
 * @property {boolean} isUnanswered  a booking was sent and no answer came: it may stand
 * @property {Patient} patient
 * @property {Booked | null} booked
 *
 * @typedef {import('./strings.js').Say} Say
 * @typedef {import('../calendar/clock.js').Clock} Clock
 * @typedef {import('../api/client.js').Client} Client
 * @typedef {import('../ui/frame.js').Frame} Frame
 *
 * @typedef {'service' | 'time' | 'screening' | 'details' | 'confirmed' | 'call'} StepName
 *
 * @typedef {object} Page  What a step shows.
 * @property {string} title
 * @property {(Node | null)[]} content
 * @property {Node | string | null} [lead]
 * @property {{label: string, act: () => unknown} | null} [primary]  also what Enter in a field does
 * @property {(() => void) | null} [back]
 *
 * @typedef {object} Flow  What a step is handed.
 * @property {URL} api
 * @property {boolean} isInline
 * @property {Catalogue} catalogue
 * @property {Wish} wish  what the page has chosen beforehand
 * @property {State} state
 * @property {Say} say
 * @property {Clock} clock
 * @property {Client} client
 * @property {Frame} frame
 * @property {import('./holds.js').Holds} holds
 * @property {() => void} next
 * @property {(step: StepName) => void} goTo
 * @property {(service: Service) => void} choose    another service; what belonged to the former is given up
 * @property {() => void} finish    after the confirmation
 * @property {() => boolean} isTyped  somebody would have to type again
 * @property {(problems: Problem[]) => void} offerOtherTimes  back to the times, all else stays
 * @property {(event: string, detail?: object) => void} tell  the page; never anything personal
 *
 * @typedef {object} Step
 * @property {StepName} name
 * @property {(flow: Flow) => boolean} isNeeded
 * @property {(flow: Flow) => Page} show
 */
export {};
