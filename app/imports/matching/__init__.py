"""Which record a draft is: by what names it, and otherwise by what it is.

To agree in something is no identity: where titles, countries or dates contradict each other, a draft is a new record;
where that isn't clear, the editor is asked.
"""
