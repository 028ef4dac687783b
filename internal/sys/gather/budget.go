package gather

import (
	"errors"
	"sync"
)

// errBudget is the error of an answer that exceeds the memory of a round.
var errBudget = errors.New("the answers of this round are too large together; narrow the request")

const (
	baseBudget   = 56 << 20 // memory for the decoded answers of a round
	serverBudget = 20 << 20 // added for each server that the connected one counts
	budgetShares = 40       // largest number of servers that add to it

	// largeAnswer is the size above which answers are decompressed one at a time.
	largeAnswer = 1 << 20

	// pendingBytes and pendingAnswers limit what waits to be decoded. Dropped answers
	// are requested again.
	pendingBytes   = 64 << 20
	pendingAnswers = 100_000
)

// budget limits the memory that the answers of a round may take. It is safe for
// concurrent use.
type budget struct {
	large sync.Mutex // held while a large answer is decompressed

	mu     sync.Mutex
	spent  int64
	shares int64
}

// increase increases the budget for the number of servers that the connected one counts.
func (b *budget) increase(servers int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shares = int64(min(max(servers, 1), budgetShares))
}

// reserve reports whether there is memory for another answer of n bytes, and reserves it.
func (b *budget) reserve(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+n > baseBudget+serverBudget*max(b.shares, 1) {
		return false
	}
	b.spent += n
	return true
}
