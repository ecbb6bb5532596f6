# The work is in dev.py, which needs nothing but Python and pip, not even make.
PYTHON ?= python3
COMMANDS := help run test fast lint lighthouse bench drill lock translations

.PHONY: $(COMMANDS)
$(COMMANDS):
	@"$(PYTHON)" dev.py $@
