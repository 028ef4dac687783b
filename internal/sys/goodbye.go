package sys

import "time"

// goodbye is what a server announced before it went. An id never comes back: a
// server that starts again has another.
type goodbye struct {
	drains bool      // it announced lame duck mode
	ended  bool      // it announced that it ends
	at     time.Time // when it announced lame duck mode, by its own clock
	heard  time.Time // when we last heard it announce anything
}

// goodbyeMemory is for how long a goodbye is remembered.
const goodbyeMemory = time.Hour

// noteDraining notes that a server announced lame duck mode.
func (c *Client) noteDraining(id string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.goodbyes[id]
	g.drains, g.at, g.heard = true, at, time.Now()
	c.goodbyes[id] = g
}

// noteEnd notes that a server announced that it ends.
func (c *Client) noteEnd(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.goodbyes[id]
	g.ended, g.heard = true, time.Now()
	c.goodbyes[id] = g
}

// saidGoodbye tells whether a server announced lame duck mode or its end: the
// others strike it off their count at once.
func (c *Client) saidGoodbye(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.goodbyes[id]
	return ok
}

// isDraining tells whether a server was heard to announce lame duck mode.
func (c *Client) isDraining(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.goodbyes[id].drains
}

// stillCounted tells whether a server that is gone said goodbye so lately that
// it may be the one that others still count: they strike it off at once, unless
// its last word was lost.
func (c *Client) stillCounted(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.goodbyes[id]
	return ok && time.Since(g.heard) < startedLately
}

// answered takes back what a server that answers after it announced lame duck
// mode is believed to do. An answer from before, in a round that was under way,
// takes nothing back. The lock is held.
func (c *Client) answered(id string, at time.Time) {
	if g, ok := c.goodbyes[id]; ok && !g.ended && at.After(g.at) {
		delete(c.goodbyes, id)
	}
}

// forgetGoodbyes drops those of long ago. The lock is held.
func (c *Client) forgetGoodbyes() {
	for id, g := range c.goodbyes {
		if time.Since(g.heard) > goodbyeMemory {
			delete(c.goodbyes, id)
		}
	}
}
