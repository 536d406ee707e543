"""What crosses a process border, and the loop every process runs. No torch, cv2, av or aiohttp here."""
