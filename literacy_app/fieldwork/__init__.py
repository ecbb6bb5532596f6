"""Door to door: who goes where, every visit with its result, who is asked in a household, and the rates that follow."""
