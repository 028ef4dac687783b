package fleet

// Level judges a value or a finding. The zero value is OK.
type Level int

// The levels, from best to worst; Unknown stands outside the order of
// severity and sorts last.
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

// MarshalText makes the level its word in JSON.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the word; one it does not know becomes Unknown.
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
