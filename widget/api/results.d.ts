// Generated from schema.graphql and widget/queries/ by `make contract`. Edit those instead.

export type AppointmentMode = 'IN_PERSON' | 'PHONE' | 'VIDEO';

export type AppointmentStatus = 'ARRIVED' | 'BOOKED' | 'CANCELLED' | 'CHECKED_IN' | 'FULFILLED' | 'NOSHOW';

export type DateTime = string;

export type LocalDate = string;

export type LocalTime = string;

export type WaitingListStatus = 'BOOKED' | 'CANCELLED' | 'ENDED' | 'WAITLIST';

export type Weekday = 'FRIDAY' | 'MONDAY' | 'SATURDAY' | 'SUNDAY' | 'THURSDAY' | 'TUESDAY' | 'WEDNESDAY';

export type Price = {
  amount: string;
  currency: string;
};

export type PractitionerCard = {
  id: string;
  slug: string;
  name: string;
  title: string | null;
  languages: Array<string>;
  about: string | null;
  photo: {
    url: string;
  } | null;
};

export type Slot = {
  id: string;
  startsAt: DateTime;
  endsAt: DateTime;
  practitioner: {
    id: string;
    name: string;
  };
  location: {
    id: string;
    name: string;
  };
};

export type Time = {
  startsAt: DateTime;
  practitioner: {
    id: string;
  };
  location: {
    id: string;
    name: string;
  };
};

export type BookedAppointment = {
  id: string;
  reference: string;
  status: AppointmentStatus;
  startsAt: DateTime;
  endsAt: DateTime;
  canChange: boolean;
  changeDeadline: DateTime;
  canCancel: boolean;
  cancellationDeadline: DateTime;
  undoDeadline: DateTime | null;
  calendarFile: string;
  joining: string | null;
  service: {
    id: string;
    slug: string;
    name: string;
    durationMinutes: number;
    preparation: string | null;
    mode: AppointmentMode;
  };
  practitioner: {
    id: string;
    slug: string;
    name: string;
    title: string | null;
    languages: Array<string>;
    photo: {
      url: string;
    } | null;
  };
  location: {
    id: string;
    name: string;
    address: Array<string>;
    directions: string | null;
    parking: string | null;
    timeZone: string;
  };
};

export type ClinicCard = {
  name: string;
  phone: string;
  phoneShown: string;
  timeZone: string;
  utcOffset: string;
  sendsMails: boolean;
  locations: Array<{
    id: string;
    slug: string;
    name: string;
    address: Array<string>;
    timeZone: string;
    utcOffset: string;
    openingHours: Array<{
      weekday: Weekday;
      opens: LocalTime;
      closes: LocalTime;
    }>;
  }>;
  bookingPolicy: {
    horizonDays: number;
    graceMinutes: number;
  };
  waitingList: {
    offerMinutes: number;
    offersPerWeek: number;
  } | null;
};

export type AskedText = {
  id: string;
  language: string;
  text: string;
};

export type Refusal = {
  __typename: string;
  path: Array<string>;
  visitorMessage: string | null;
  alternatives?: Array<Slot>;
  missing?: Array<{
    id: string;
  }>;
  isOutdated?: boolean;
  consentText?: AskedText | null;
  suitableServices?: Array<{
    id: string;
  }>;
};

export type Challenge = {
  challenge: {
    algorithm: string;
    digest: string;
    salt: string;
    signature: string;
    maxNumber: number;
  } | null;
};

export type CheckScreeningResult = {
  checkScreening: {
    problems: Array<Refusal>;
  } | null;
};

export type BookResult = {
  bookAppointment: {
    appointment: BookedAppointment | null;
    manageToken: string | null;
    problems: Array<Refusal>;
  } | null;
};

export type BookCourseResult = {
  bookCourse: {
    course: {
      appointments: Array<BookedAppointment>;
    } | null;
    manageToken: string | null;
    problems: Array<Refusal>;
  } | null;
};

export type CatalogueResult = {
  clinic: ClinicCard & {
    consentText: AskedText | null;
  } | null;
  services: {
    pageInfo: {
      hasNextPage: boolean;
      endCursor: string | null;
    };
    edges: Array<{
      node: {
        id: string;
        slug: string;
        name: string;
        description: string | null;
        preparation: string | null;
        durationMinutes: number;
        visits: number;
        mode: AppointmentMode;
        priceNote: string | null;
        category: string | null;
        eligibility: {
          text: string;
        } | null;
        faq: Array<{
          question: string;
          answer: string;
        }>;
        price: Price | null;
        offerRange: {
          shortestMinutes: number;
          longestMinutes: number;
          lowestPrice: Price | null;
          highestPrice: Price | null;
        };
        differingOffers: Array<{
          practitioner: {
            id: string;
          };
          durationMinutes: number;
          price: Price | null;
        }>;
        screeningQuestions: Array<{
          id: string;
          text: string;
          statement: string | null;
          why: string | null;
          clearedByNo: boolean;
        }>;
        practitioners: {
          pageInfo: {
            hasNextPage: boolean;
          };
          edges: Array<{
            node: PractitionerCard;
          }>;
        };
      };
    }>;
  } | null;
};

export type CorrectEmailResult = {
  correctEmail: {
    email: string | null;
    manageToken: string | null;
    appointments: Array<BookedAppointment> | null;
    problems: Array<Refusal>;
  } | null;
};

export type CourseMoveResult = {
  courseMove: Array<{
    appointment: {
      id: string;
    };
    slot: Slot | null;
  }> | null;
};

export type RescheduleCourseResult = {
  rescheduleCourse: {
    course: {
      appointments: Array<BookedAppointment>;
    } | null;
    problems: Array<Refusal & {
      missing?: Array<{
        text: string;
        statement: string | null;
        why: string | null;
        clearedByNo: boolean;
      }>;
    }>;
  } | null;
};

export type CourseSlotsResult = {
  courseSlots: Array<{
    startsAt: DateTime;
  }> | null;
};

export type HoldCourseResult = {
  holdCourse: {
    holds: Array<{
      expiresInSeconds: number;
      slot: Slot;
    }> | null;
    holdTokens: Array<string> | null;
    problems: Array<Partial<Challenge> & {
      __typename: string;
    }>;
  } | null;
};

export type HoldResult = {
  holdSlot: {
    hold: {
      expiresInSeconds: number;
      changeDeadline: DateTime | null;
      slot: Slot;
    } | null;
    holdToken: string | null;
    problems: Array<Refusal & Partial<Challenge>>;
  } | null;
};

export type ExtendHoldResult = {
  extendHold: {
    hold: {
      expiresInSeconds: number;
    } | null;
  } | null;
};

export type ReleaseHoldResult = {
  releaseHold: {
    released: boolean;
  } | null;
};

export type ManagedAppointmentResult = {
  clinic: ClinicCard | null;
  appointment: BookedAppointment & {
    course: {
      appointments: Array<BookedAppointment>;
    } | null;
  } | null;
};

export type RescheduleResult = {
  rescheduleAppointment: {
    appointment: BookedAppointment | null;
    problems: Array<Refusal & {
      missing?: Array<{
        text: string;
        statement: string | null;
        why: string | null;
        clearedByNo: boolean;
      }>;
    }>;
  } | null;
};

export type UndoCancellationResult = {
  undoCancellation: {
    appointment: BookedAppointment | null;
    problems: Array<Refusal>;
  } | null;
};

export type CancelResult = {
  cancelAppointment: {
    appointment: BookedAppointment | null;
    problems: Array<Refusal>;
  } | null;
};

export type NextOpenSlotResult = {
  nextOpenSlot: {
    slot: {
      startsAt: DateTime;
    };
    text: string;
    textElsewhere: string;
    trueUntil: DateTime;
  } | null;
};

export type PractitionersResult = {
  practitioners: {
    pageInfo: {
      hasNextPage: boolean;
      endCursor: string | null;
    };
    edges: Array<{
      node: PractitionerCard;
    }>;
  } | null;
};

export type PractitionerBySlugResult = {
  practitioner: PractitionerCard & {
    services: {
      edges: Array<{
        node: {
          id: string;
        };
      }>;
    };
  } | null;
};

export type WeeksResult = {
  availability: Array<{
    date: LocalDate;
    openSlotCount: number;
  }> | null;
  openSlots: {
    pageInfo: {
      hasNextPage: boolean;
    };
    edges: Array<{
      node: Time;
    }>;
  } | null;
};

export type TimesResult = {
  openSlots: {
    pageInfo: {
      hasNextPage: boolean;
      endCursor: string | null;
    };
    edges: Array<{
      node: Time;
    }>;
  } | null;
};

export type SoonestResult = {
  soonestSlots: Array<Time> | null;
};

export type JoinWaitingListResult = {
  joinWaitingList: {
    waitingListEntry: {
      firstDay: LocalDate;
      lastDay: LocalDate;
    } | null;
    waitingListToken: string | null;
    problems: Array<Refusal>;
  } | null;
};

export type LeaveWaitingListResult = {
  leaveWaitingList: {
    waitingListEntry: {
      status: WaitingListStatus;
    } | null;
    problems: Array<Refusal>;
  } | null;
};
