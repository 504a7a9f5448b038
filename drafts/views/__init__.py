"""The browser's door to a draft: the room, the order, the commissioner's desk, the wishes."""
