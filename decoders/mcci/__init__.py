"""MCCI: Catena boards and the sensors made of them."""
