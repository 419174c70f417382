// Long lists: see below.
