package gather

// count keeps what the servers say about how many they are
// (statsz.active_servers).
type count struct {
	claims      map[string]int
	top, second int
	topBy       string
	topTimes    int // how many servers claim top
}

// add notes one server's claim; zero and less is no claim.
func (c *count) add(id string, n int) {
	if n <= 0 {
		return
	}
	if c.claims == nil {
		c.claims = map[string]int{}
	}
	c.claims[id] = n
	switch {
	case n > c.top:
		c.second, c.top, c.topBy, c.topTimes = c.top, n, id, 1
	case n == c.top:
		c.topTimes++
	case n > c.second:
		c.second = n
	}
}

// expected is the largest claim, since a server that has just started counts
// too few; but not a claim that nobody else comes near. Zero means that nobody
// said.
func (c *count) expected() int {
	if _, ok := c.outlier(); ok {
		return c.second
	}
	return c.top
}

// outlier returns the server whose claim is not to be believed: it stands alone
// against two others or more, and is over twice as large as theirs.
func (c *count) outlier() (id string, ok bool) {
	if len(c.claims) < 3 || c.topTimes > 1 || c.top <= 2*c.second+8 {
		return "", false
	}
	return c.topBy, true
}
