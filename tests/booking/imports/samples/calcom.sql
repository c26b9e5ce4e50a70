--
-- PostgreSQL database dump
-- Sample data, made by hand in the format of the real thing.
--

\restrict sample

SET statement_timeout = 0;
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TYPE public."BookingStatus" AS ENUM (
    'cancelled',
    'accepted',
    'rejected',
    'pending'
);

CREATE FUNCTION public.sample() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN -- it's a body; with a semicolon
  RETURN NEW; END; $$;

CREATE TABLE public."EventType" (
    id integer NOT NULL,
    title text NOT NULL,
    slug text NOT NULL,
    length integer NOT NULL
);

COPY public."Attendee" (id, email, name, "timeZone", "bookingId", locale, "phoneNumber", "noShow") FROM stdin;
1	sample.patient.1@example.com	Sample Patient 1	America/Toronto	11	fr	\N	f
2	sample.patient.2@example.com	Sample Patient 2	Europe/London	12	en	+14165550112	f
3	sample.patient.3@example.com	Sample Patient 3	America/Toronto	13	en	\N	f
4	sample.patient.4@example.com	Sample Patient 4	America/Toronto	14	en	\N	f
5	sample.patient.5@example.com	Sample Patient 5	America/Toronto	11	en	\N	f
6	sample.patient.6@example.com	Sample Patient 6	America/Toronto	16	en	\N	f
\.


COPY public."Availability" (id, "userId", "eventTypeId", days, "startTime", "endTime", date, "scheduleId") FROM stdin;
1	\N	\N	{1,2,3,4,5}	09:00:00	17:00:00	\N	1
2	\N	\N	{6}	10:00:00	12:00:00	\N	1
3	\N	\N	{}	00:00:00	00:00:00	2030-01-10	1
4	\N	\N	{}	09:00:00	12:00:00	2030-01-11	1
5	\N	\N	{0,1}	09:00:00	17:00:00	\N	2
\.


COPY public."Booking" (id, uid, "userId", "eventTypeId", title, description, "startTime", "endTime", "createdAt", status) FROM stdin;
10	uidsample10	1	1	First visit	\N	2029-12-10 15:00:00	2029-12-10 15:30:00	2029-12-01 10:00:00	accepted
11	uidsample11	1	1	First visit	Knee,\\ left\nSecond line	2030-01-08 15:00:00	2030-01-08 15:30:00	2029-12-01 10:00:00	accepted
12	uidsample12	2	5	Remote	\N	2030-01-07 10:00:00	2030-01-07 10:25:00	2029-12-01 10:00:00	accepted
13	uidsample13	1	1	First visit	\N	2030-01-08 16:00:00	2030-01-08 16:30:00	2029-12-01 10:00:00	cancelled
14	uidsample14	1	1	First visit	\N	2030-01-08 17:00:00	2030-01-08 17:30:00	2029-12-01 10:00:00	pending
15	uidsample15	1	1	First visit	\N	2030-01-08 18:00:00	2030-01-08 18:30:00	2029-12-01 10:00:00	accepted
16	uidsample16	1	1	First visit	\N	2030-01-08 15:15:00	2030-01-08 15:45:00	2029-12-01 10:00:00	accepted
\.


COPY public."EventType" (id, title, slug, description, length, hidden, "userId", "teamId", "parentId", "scheduleId", "schedulingType", "slotInterval", "minimumBookingNotice", "beforeEventBuffer", "afterEventBuffer", "periodType", "periodDays", price, currency, "seatsPerTimeSlot", "requiresConfirmation", "recurringEvent", metadata, locations) FROM stdin;
1	First visit	first-visit	Bring *loose* clothes	30	f	1	\N	\N	\N	\N	15	120	0	10	rolling	60	0	usd	\N	f	\N	{"apps": {"stripe": {"price": 11000, "enabled": true, "currency": "cad"}}}	[{"type": "inPerson", "address": "1 Sample Street, Toronto", "displayLocationPublicly": true}]
2	Secret	secret	\N	15	t	1	\N	\N	\N	\N	\N	120	5	0	unlimited	\N	0	usd	\N	t	{"freq": 2, "count": 5}	\N	[{"type": "integrations:daily"}]
3	Group	group	\N	45	f	\N	7	\N	1	collective	\N	60	0	0	unlimited	\N	0	usd	6	f	\N	\N	\N
4	Remote	remote	\N	25	f	\N	7	\N	\N	managed	\N	120	0	0	unlimited	\N	0	usd	\N	f	\N	\N	\N
5	Remote	remote	\N	25	f	2	\N	4	\N	\N	\N	120	0	0	unlimited	\N	0	usd	\N	f	\N	\N	\N
\.


COPY public."Host" ("userId", "eventTypeId", "isFixed") FROM stdin;
1	3	t
2	3	t
\.


COPY public."OutOfOfficeEntry" (id, uuid, start, "end", notes, "userId", "toUserId") FROM stdin;
1	sample-uuid	2030-01-21 05:00:00	2030-01-23 04:59:59	\N	1	\N
\.


COPY public."Schedule" (id, "userId", name, "timeZone") FROM stdin;
1	1	Working hours	America/Toronto
2	2	Working hours	Europe/London
3	1	Evenings	America/Toronto
\.


COPY public."Team" (id, name, slug) FROM stdin;
7	Sample Clinic	sample-clinic
\.


COPY public._user_eventtype ("A", "B") FROM stdin;
1	1
2	1
5	2
\.


COPY public.users (id, username, name, email, bio, "timeZone", "defaultScheduleId", locale) FROM stdin;
1	sample-a	Sample Practitioner A	a@example.com	\N	America/Toronto	1	en
2	sample-b	Sample Practitioner B	b@example.com	\N	Europe/London	2	en
3	sample-c	Sample Assistant	c@example.com	\N	America/Toronto	\N	en
\.


ALTER TABLE ONLY public."EventType"
    ADD CONSTRAINT "EventType_pkey" PRIMARY KEY (id);

\unrestrict sample
