package fleet

// Level judges a value or a finding. The zero value is OK.
type Level int

// The levels, from best to worst; Unknown has no severity and sorts last.
const (
	OK Level = iota
	Info
	Warn
	Crit
	Unknown
)

var levelNames = [...]string{"ok", "info", "warn", "crit", "unknown"}

// String returns the level's lower-case word.
func (l Level) String() string {
	if l < 0 || int(l) >= len(levelNames) {
		return "unknown"
	}
	return levelNames[l]
}

// MarshalText writes the level as its word.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the word; any other text becomes Unknown.
func (l *Level) UnmarshalText(text []byte) error {
	for i, name := range levelNames {
		if name == string(text) {
			*l = Level(i)
			return nil
		}
	}
	*l = Unknown
	return nil
}

// rank orders levels by urgency: unknown is between warn and crit.
func (l Level) rank() int {
	switch l {
	case Crit:
		return 10
	case Unknown:
		return int(Warn)*2 + 1
	}
	return int(l) * 2
}

// Compare is positive when l is more urgent than o, negative when it is less.
func (l Level) Compare(o Level) int { return l.rank() - o.rank() }

// Urgent reports whether the level is a warning or worse; Unknown counts as
// urgent.
func (l Level) Urgent() bool { return l.Compare(Warn) >= 0 }

// Worse returns the more urgent of two levels; Unknown is more urgent than Warn
// and less than Crit.
func (l Level) Worse(o Level) Level {
	if o.Compare(l) > 0 {
		return o
	}
	return l
}
