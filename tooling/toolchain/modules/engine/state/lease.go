package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

const (
	// The engine asks for five minutes and renews early (httpstate.newUpdate).
	leaseDuration = 5 * time.Minute
	// An HTTP client of Go keeps an idle connection for 90 s (net/http.DefaultTransport). One that closes sooner does so
	// because its process ended.
	idleConnection = 80 * time.Second
	// How long after its last connection an engine counts as gone.
	goneAfter = time.Second
	// How long an engine may take to find a service that was started anew: it tries after 1, 2, 4 and 8 s
	// (client.defaultHTTPClient).
	resumeTime = 20 * time.Second
)

// lease is what the file of a running update holds: enough to go on with it, or to say who held it.
type lease struct {
	Update string             `json:"update"`
	Kind   apitype.UpdateKind `json:"kind"`
	// Process that asked for it, as far as it said so.
	Holder string `json:"holder,omitempty"`
	// SHA-256 of the token that the engine proves itself with.
	Token []byte             `json:"token"`
	Info  apitype.UpdateInfo `json:"info"`
}

// update is one operation of an engine, from its creation to its end.
type update struct {
	lease
	started bool
	journal *journal
	// Sequence numbers of entries that are in the journal.
	seen map[int64]struct{}

	presence sync.Mutex
	expires  time.Time
	// Open connections of its engine and their last use.
	connections map[*connection]time.Time
	lost        time.Time
}

// connection is one TCP connection to this service.
type connection struct {
	sync.Mutex
	user *update
}

// process is the number of the process that asked for the lease; empty where it did not say.
func (l *lease) process() string {
	number, _, _ := strings.Cut(l.Holder, "-")
	return number
}

func (c *connection) close() {
	c.Lock()
	user := c.user
	c.Unlock()
	if user != nil {
		user.closed(c)
	}
}

func newToken() string {
	random := make([]byte, 32)
	// Never fails (Go 1.24 and later).
	_, _ = rand.Read(random)
	return base64.RawURLEncoding.EncodeToString(random)
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// heard notes that the update's engine lives.
func (u *update) heard(from *connection) {
	u.presence.Lock()
	defer u.presence.Unlock()
	u.lost = time.Time{}
	if from == nil {
		return
	}
	from.Lock()
	from.user = u
	from.Unlock()
	if u.connections == nil {
		u.connections = map[*connection]time.Time{}
	}
	u.connections[from] = time.Now()
}

func (u *update) renew(duration time.Duration) time.Time {
	u.presence.Lock()
	defer u.presence.Unlock()
	if duration <= 0 || duration > leaseDuration {
		duration = leaseDuration
	}
	u.expires = time.Now().Add(duration)
	return u.expires
}

func (u *update) closed(gone *connection) {
	u.presence.Lock()
	defer u.presence.Unlock()
	used, known := u.connections[gone]
	delete(u.connections, gone)
	if known && len(u.connections) == 0 && time.Since(used) < idleConnection {
		u.lost = time.Now()
	}
}

// isGone says whether the update's engine has ended, or has not been heard of for longer than its lease.
func (u *update) isGone() bool {
	u.presence.Lock()
	defer u.presence.Unlock()
	ended := !u.lost.IsZero() && time.Since(u.lost) > goneAfter
	return ended || time.Now().After(u.expires)
}

// end settles the stack's state and gives the lease back. The caller holds the stack's lock.
func (s *storedStack) end(u *update, status apitype.UpdateStatus) error {
	if u.journal != nil {
		if err := u.journal.close(); err != nil {
			return err
		}
		u.journal = nil
	}
	if err := s.settle(); err != nil {
		return err
	}
	s.record.Version++
	info := u.Info
	info.Version = s.record.Version
	info.EndTime = nowSeconds()
	info.Result = apitype.SucceededResult
	if status != apitype.UpdateStatusSucceeded {
		info.Result = apitype.FailedResult
	}
	if err := errors.Join(s.remember(info), removeFile(s.leaseFile())); err != nil {
		return err
	}
	s.active = nil
	s.ended[u.Update] = status
	return nil
}

// recover brings a stack into order whose service was killed: goes on with its update, or ends it.
func (s *storedStack) recover(resume bool) error {
	var held lease
	found, err := readJSON(s.leaseFile(), &held)
	if err != nil {
		return err
	}
	if !found {
		return s.settle()
	}
	u := &update{lease: held, started: true, seen: map[int64]struct{}{}}
	if !resume {
		return s.end(u, apitype.UpdateStatusCancelled)
	}
	_, read, err := s.current()
	if err != nil {
		return err
	}
	if read != nil && read.header.Update == held.Update {
		if u.journal, err = reopenJournal(s.journalFile(), read); err != nil {
			return err
		}
		for _, batch := range read.batches {
			numbers, err := sequenceNumbers(batch)
			if err != nil {
				return err
			}
			for _, number := range numbers {
				u.seen[number] = struct{}{}
			}
		}
	} else if err := removeFile(s.journalFile()); err != nil {
		return err
	}
	u.lost = time.Now().Add(resumeTime)
	u.expires = time.Now().Add(leaseDuration)
	s.active = u
	return nil
}
