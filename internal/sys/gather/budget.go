package gather

import (
	"errors"
	"sync"
)

// errBudget is the error of an answer that exceeds the memory of a round.
var errBudget = errors.New("the answers of this round are too large together; narrow the request")

const (
	baseBudget   = 72 << 20 // memory of the decoded answers of a round, whoever answers
	serverBudget = 24 << 20 // more for each server that the connected one counts
	budgetShares = 40       // of so many at most

	// largeAnswer is the size above which answers are unpacked one after the other.
	largeAnswer = 1 << 20

	// pendingBytes and pendingAnswers bound what waits to be decoded. What is dropped
	// is asked for again.
	pendingBytes   = 64 << 20
	pendingAnswers = 100_000
)

// budget bounds the memory that the answers of a round may take. It is safe for
// concurrent use.
type budget struct {
	large sync.Mutex // held while a large answer is unpacked

	mu     sync.Mutex
	spent  int64
	shares int64
}

// raise allows for as many servers as the connected one counts.
func (b *budget) raise(servers int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shares = int64(min(max(servers, 1), budgetShares))
}

// spend reports whether there is memory for one more answer, and takes it.
func (b *budget) spend(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+n > baseBudget+serverBudget*max(b.shares, 1) {
		return false
	}
	b.spent += n
	return true
}
