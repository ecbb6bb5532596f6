"""The fault drill: the product under kills, broken wires, full disks, pauses and wrong clocks, judged by what clients saw."""
