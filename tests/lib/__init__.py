"""What the black-box tests share: a daemon under test, a broker in the printer's place, certificates."""
