"""What the sentences of an action tell."""

from app.imports.drafts import ActionDraft
from app.imports.page.layout import Paragraph
from app.imports.page.partners import institutions
from app.imports.page.sentences import read_sentence, sentences


def read_story(draft: ActionDraft, fields: dict[str, list[Paragraph]]) -> None:
    """Adds what the objective and the summary tell to the draft of their action."""
    for paragraphs in fields.values():
        for paragraph in paragraphs:
            for text, line in sentences(paragraph.text, paragraph.line):
                for found in institutions(read_sentence(text, line)):
                    draft.values.setdefault("partners", []).append(
                        {"name": found.name, "acronym": found.acronym, "country": found.country}
                    )
