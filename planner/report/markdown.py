"""A page as Markdown, for a pull request or a meeting."""

from planner.report.escape import markdown_block, markdown_code, markdown_line, markdown_text
from planner.report.page import Block, Bullets, Code, Column, Heading, Meter, Page, Sentence, Table, Tasks


def render_markdown(page: Page) -> str:
    """The page as GitHub-flavoured Markdown."""
    return "\n\n".join(_block(block) for block in page if not isinstance(block, Meter)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {markdown_text(text)}"
        case Sentence(text):
            return markdown_line(text)
        case Bullets(items):
            return "\n".join(f"- {markdown_line(item)}" for item in items)
        case Tasks(items):
            return "\n".join(f"- [ ] {markdown_line(item)}" for item in items)
        case Meter():
            return ""
        case Code(text, language):
            return markdown_block(text, language)
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    table = table.without_empty()
    head = [markdown_text(column.title) for column in table.columns]
    rule = ["---:" if column.is_number else "---" for column in table.columns]
    rows = [[_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)] for row in table.rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def _cell(text: str, column: Column) -> str:
    return markdown_code(text, in_table=True) if column.is_name and text else markdown_text(text)
