"""What a screen reader is told at each step, from the browser's accessibility tree."""

from playwright.async_api import expect

from tests.widget.site import Site
from tests.widget.visitor import Visitor


async def test_who(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.arrives_at("Who would you like to see?")
    await expect(visitor.dialog).to_match_aria_snapshot("""
      - dialog "Who would you like to see?":
        - paragraph: Sample Health Services
        - paragraph: Step 2 of 5
        - button "Close"
        - alert
        - heading "Who would you like to see?" [level=2]
        - text: Dry needling, first visit
        - group "Practitioner":
          - radio /Any available practitioner The most times to choose from Next. Mon, Nov 23, 9.00.a.m./ [checked]
          - radio /Sample Practitioner A Physiotherapist Next/
          - radio /Sample Practitioner B Physiotherapist Next/
          - radio /Sample Practitioner C Chiropractor Next/
        - button "Back"
        - button "Continue"
        - paragraph:
          - 'link "Call us: 416.545.1881"'
          - text: Open today until 7:00 p.m.
        - status
      """)


async def test_when(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.chooses_practitioner()
    await visitor.arrives_at("When would you like to come?")
    await expect(visitor.dialog).to_match_aria_snapshot("""
      - dialog "When would you like to come?":
        - heading "When would you like to come?" [level=2]
        - button "Previous month" [disabled]
        - heading "November 2026" [level=3]
        - button "Next month"
        - table "November 2026":
          - rowgroup:
            - row:
              - columnheader /Sunday/
          - rowgroup:
            - row:
              - cell "22 nothing open"
              - cell:
                - button "Monday, November 23" [pressed]
              - cell:
                - button "Tuesday, November 24"
        - region "Monday, November 23":
          - heading "Monday, November 23" [level=3]
          - paragraph: Times are in Toronto time (EST).
          - group "Morning":
            - heading "Morning" [level=4]
            - button /9.00.a\\.m\\. 11.00.p\\.m\\. your time/
          - group "Afternoon"
          - group "Evening"
        - button "Back"
        - status: /Monday, November 23. \\d+ open times/
      """)


async def test_screening(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.chooses_practitioner()
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await visitor.arrives_at("Is this treatment right for you?")
    pregnancy = visitor.page.get_by_role("radiogroup", name="Are you pregnant, or could you be?")
    await expect(pregnancy).to_have_accessible_description(
        "We do not needle during pregnancy before talking with you."
    )
    await expect(pregnancy).to_match_aria_snapshot("""
      - radiogroup "Are you pregnant, or could you be?":
        - radio "Yes"
        - radio "No"
        - radio "Not sure"
      """)


async def test_details_and_confirmation(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    await expect(visitor.dialog).to_match_aria_snapshot("""
      - dialog "Who is coming?":
        - heading "Who is coming?" [level=2]
        - term: What
        - definition: Dry needling, first visit 45 min · $110
        - term: When
        - definition: /Tuesday, November 24, 7.00.a\\.m\\. 9.00.p\\.m\\. your time/
        - term: With whom
        - definition: Sample Practitioner A
        - term: Where
        - definition: Main Street clinic
        - text: Your name
        - textbox "Your name"
        - text: Email
        - textbox "Email"
        - text: Phone number
        - textbox "Phone number"
        - button "Back"
        - button "Book this visit"
      """)
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
    await expect(visitor.dialog).to_match_aria_snapshot("""
      - dialog "Your visit is booked":
        - heading "Your visit is booked" [level=2]
        - paragraph:
          - text: Reference
        - heading "How to prepare" [level=3]
        - link "Add to calendar"
        - link "Move or cancel"
        - button "Done"
      """)
