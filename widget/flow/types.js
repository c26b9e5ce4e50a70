/**
 * @file Shapes that the modules share, for the type checker; no browser loads this file.
 *
 * What the server answers comes from `../api/results.d.ts`, which `make contract` writes.
 *
 * @import * as Results from '../api/results.js'
 *
 * @typedef {Results.DateTime} Instant    RFC 3339, with the location's offset
 * @typedef {Results.LocalDate} LocalDate  YYYY-MM-DD, on the clinic's calendar
 * @typedef {Results.LocalTime} LocalTime  HH:MM; 24:00 only as a closing time
 * @typedef {Results.Weekday} Weekday
 * @typedef {'YES' | 'NO' | 'UNSURE'} Answer
 *
 * @typedef {{service?: string, practitioner?: string, location?: string, at?: string,
 *   patient?: Partial<Patient>}} Preselection  slugs, the time that is shown first, and what the page knows of the patient
 * @typedef {{choice: import('./trail.js').Choice | undefined, isAfterTime: boolean}} Reloaded  the choices of its entry, and whether
 *   its address asks for a step after the choice of a time
 * @typedef {HTMLElement & {open: (preselection?: Preselection) => Promise<void>, preload: () => void}} Button  `<book-online>`
 * @typedef {object} Dialog
 * @property {(preselection: Preselection) => Promise<void>} open
 * @property {() => void} close
 * @property {() => void} follow      the element's attributes have changed
 * @property {() => void} connect     the element is in the page again
 * @property {() => void} disconnect  the element is not where it was
 *
 * @typedef {Results.ClinicCard} Clinic
 * @typedef {Clinic['locations'][number]} Location
 * @typedef {Location['openingHours'][number]} OpeningHours
 * @typedef {NonNullable<Results.CatalogueResult['services']>['edges'][number]['node']} ServiceNode
 * @typedef {ServiceNode['screeningQuestions'][number]} Question
 * @typedef {ServiceNode['practitioners']['edges'][number]['node']} Practitioner
 * @typedef {Omit<ServiceNode, 'practitioners'> & {practitioners: Practitioner[], hasMorePractitioners: boolean}} Service
 * @typedef {{clinic: NonNullable<Results.CatalogueResult['clinic']>, services: Service[]}} Catalogue
 *
 * @typedef {{serviceId: string, practitionerId: string | null, locationId: string | null,
 *   moving?: {manageToken: string, appointmentId: string, withCourse?: boolean}}} Filter
 * @typedef {{startsFrom?: LocalTime, startsBefore?: LocalTime}} Hours  the part of the day in which a visit starts
 * @typedef {Results.Slot} Slot
 * @typedef {NonNullable<Results.WeeksResult['availability']>[number]} DayCount
 * @typedef {NonNullable<Results.HoldResult['holdSlot']>} HoldPayload
 * @typedef {{slot: NonNullable<HoldPayload['hold']>['slot'], holdToken: string, ends: number, changeDeadline: Instant | null,
 *   practitionerId?: string | undefined}} HeldSlot  `ends` in milliseconds, by the visitor's clock; null where the visit could not
 *   be changed any more; the practitioner that was chosen with the time
 * @typedef {HoldPayload['problems'][number]} Problem  A refusal; the optional members belong to some of its types.
 *
 * @typedef {Results.BookedAppointment} Appointment
 * @typedef {{appointments: Appointment[], manageToken: string}} Booked
 * @typedef {{name: string, contactName: string, email: string, phone: string}} Patient  `contactName` where somebody else books for them
 *
 * @typedef {object} State  The visitor's choices and words so far; in memory only.
 * @property {Service | null} service
 * @property {string | null} practitioner  an id; null for anyone
 * @property {string | null} location      an id; null for anywhere
 * @property {Hours | null} hours  null for any
 * @property {(HeldSlot | null)[]} held    a place for each visit of the service
 * @property {LocalDate | null} day  whose times are shown
 * @property {Instant | null} nearestTo  a time that was lost or given up: the nearest one is wanted instead
 * @property {Map<string, Answer>} answers  by question id
 * @property {boolean} isScreened  the server has judged the answers: the service can be booked online
 * @property {string[]} suitableServices  ids of services that can be booked although this one can't
 * @property {boolean} isOutcomeUnknown  a booking was sent and no answer came: it may have been made
 * @property {Patient} patient
 * @property {boolean} isForOther  the patient is somebody whom the visitor cares for
 * @property {string} note  for the practitioner
 * @property {string | null} consentTextId  of the text whose box is ticked
 * @property {Booked | null} booked
 * @property {boolean} isWaiting  the steps are those of the waiting list
 * @property {import('../waiting/wishes.js').Wishes | null} wishes  for the waiting list
 * @property {import('../api/waiting-list.js').Joined | null} joined
 *
 * @typedef {import('./strings.js').Translate} Translate
 * @typedef {import('../calendar/clock.js').Clock} Clock
 * @typedef {import('../ui/frame.js').Frame} Frame
 *
 * @typedef {'service' | 'time' | 'screening' | 'details' | 'confirmed' | 'call'
 *   | 'wishes' | 'join' | 'joined'} StepName  the last three are those of the waiting list
 *
 * @typedef {object} Page  The content of a step.
 * @property {string} title
 * @property {(Node | null)[]} content
 * @property {Node | string | null} [lead]
 * @property {{label: string | Node, act: () => unknown} | null} [primary]  Enter in a field does it too
 * @property {(() => void) | null} [back]
 *
 * @typedef {object} Flow  The surroundings of a step.
 * @property {URL} api
 * @property {boolean} isInline
 * @property {Catalogue} catalogue
 * @property {Preselection} preselection
 * @property {State} state
 * @property {Translate} t
 * @property {Clock} clock
 * @property {import('../api/transport.js').Server} server
 * @property {Frame} frame
 * @property {import('./held-slots.js').HeldSlots} holds
 * @property {() => void} next
 * @property {(step: StepName) => void} goTo
 * @property {() => Promise<void>} wait  on to the waiting list, whose steps are loaded
 * @property {(service: Service) => void} chooseService  the holds and answers of the former one are dropped
 * @property {(day: LocalDate) => void} showsDay  its times are shown
 * @property {import('./trail.js').Trail} trail
 * @property {() => void} finish    after the confirmation
 * @property {() => boolean} hasInput  something that was chosen, answered or typed is still there
 * @property {() => boolean} hasTypedDetails  the visitor would have to type again
 * @property {(event: string, detail?: object) => void} emit  an event for the page; never anything personal
 *
 * @typedef {object} Step
 * @property {StepName} name
 * @property {(flow: Flow) => boolean} [isNeeded]  always, unless it says so
 * @property {boolean} [isEnd]  what it shows is done
 * @property {((flow: Flow) => Page) | null} show  null until it is loaded
 */
export {};
