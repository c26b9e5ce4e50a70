"""Roles and names of each step, from the browser's accessibility tree."""

from playwright.async_api import expect

from tests.support.site import Site
from tests.widget.visitor import Visitor

WHEN = """
- dialog "Choose a time":
  - button "Back"
  - paragraph: Sample Health Services
  - paragraph: Step 2 of 4
  - button "Close"
  - alert
  - heading "Choose a time" [level=2]
  - text: Dry needling, first visit
  - list "The soonest times":
    - listitem:
      - button /Soonest today 9.00.a.m. Sample Practitioner . 11.00.p.m. your time/
    - listitem:
      - button /After 4 p.m. today 4.00.p.m./
    - listitem:
      - button /In the morning tomorrow/
  - radiogroup "Time of day":
    - text: Time of day
    - heading "Or another time" [level=3]
    - radio "Any time" [checked]
    - radio "Mornings"
    - radio "After 4 p.m."
  - radiogroup "Practitioner":
    - text: Practitioner
    - radio /Any available practitioner Next. Mon, Nov 23, 9.00.a.m./ [checked]
    - radio /Sample Practitioner A Next.* Physiotherapist · English, French Looks after/
    - radio /Sample Practitioner B Next/
    - radio /Sample Practitioner C Next/
  - button "Earlier weeks" [disabled]
  - heading /Nov 22.*Dec 19/ [level=3]
  - button "Later weeks"
  - grid /Nov 22.*Dec 19/:
    - rowgroup:
      - row:
        - columnheader /Sunday/
    - rowgroup:
      - row:
        - gridcell "22 nothing open"
        - gridcell:
          - button "Monday, November 23" [pressed]
        - gridcell:
          - button "Tuesday, November 24"
  - region "Monday, November 23":
    - heading "Monday, November 23" [level=3]
    - paragraph: Times are in Toronto time (EST).
    - group "Morning":
      - heading "Morning" [level=4]
      - button /9.00.a\\.m\\. 11.00.p\\.m\\. your time/
    - group "Afternoon"
    - group "Evening"
  - status: /Monday, November 23. \\d+ open times/
"""
SCREENING = """
- group "Does any of these apply to you?":
  - text: Pregnant, or could be
  - checkbox "Pregnant, or could be" [checked]
  - group "Are you pregnant, or could you be?":
    - text: Are you pregnant, or could you be?
    - paragraph: We do not needle during pregnancy before talking with you.
    - radio "Yes" [checked]
    - radio "Not sure"
  - text: Bleeding disorder, or blood thinners
  - checkbox "Bleeding disorder, or blood thinners"
"""
DETAILS = """
- dialog "Who is coming?":
  - button "Back"
  - heading "Who is coming?" [level=2]
  - group: /Tue, Nov 24, 7.00.a\\.m\\. 9.00.p\\.m\\. your time Sample Practitioner A 45 min · \\$110/
  - group "Who is the visit for?":
    - radio "Me" [checked]
    - radio "Somebody else"
  - textbox "Your name"
  - textbox "Email"
  - textbox "Phone"
  - group: Add note
  - button "Book this visit"
"""
CONFIRMED = """
- dialog "Your visit is booked":
  - heading "Your visit is booked" [level=2]
  - article:
    - paragraph: Tuesday, November 24, 7:00 a.m.
    - paragraph:
      - text: Reference
    - term: With
    - term: Where
    - term: Changes
    - definition: /Move or cancel online until/
    - heading "How to prepare" [level=3]
  - paragraph:
    - link "Add to calendar"
    - link "Move or cancel"
  - button "Done"
"""


async def test_each_step_says_what_it_shows(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.arrives_at("Choose a time")
    await expect(visitor.dialog).to_match_aria_snapshot(WHEN)
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    pregnant = visitor.page.get_by_role("checkbox", name="Pregnant, or could be")
    await pregnant.check()
    await expect(visitor.dialog).to_match_aria_snapshot(SCREENING)
    await pregnant.uncheck()
    await visitor.button("None of these").click()
    await visitor.fills_in()
    await expect(visitor.dialog).to_match_aria_snapshot(DETAILS)
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
    await expect(visitor.dialog).to_match_aria_snapshot(CONFIRMED)
