package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// The owner of all stacks, by the name that the engine's file backend uses: references to stacks stay as they are.
const owner = "organization"

// Largest request, unpacked. An import brings a whole state; a batch of entries that is too large comes back in halves
// (journal.sendBatch).
const bodyLimit = 256 << 20

// service answers the part of the service API that the engine's HTTP backend needs: the routes of
// pkg/v3/backend/httpstate/client in version 3.216.0.
type service struct {
	store *store
	// SHA-256 of the token.
	token []byte
	// Host headers that it answers to: no website's.
	host string
	// Programs beside the parent that use this service.
	guests atomic.Int64
	// Set before the last look at the guests: from then on nobody is told that this service stays.
	closing atomic.Bool
	// Open connections, by net.Conn.
	connections sync.Map
}

// refusal is an answer other than the one asked for.
type refusal struct {
	code    int
	message string
}

func (r refusal) Error() string { return r.message }

func refuse(code int, format string, values ...any) error {
	return refusal{code, fmt.Sprintf(format, values...)}
}

type handler func(*request) (any, error)

// request is an authenticated one.
type request struct {
	*http.Request
	// What follows a dot in the token: the process that started the engine, and which of its users of this service.
	holder string
	// The stack that the path names.
	stack *storedStack
	// The update whose token came along.
	update *update
}

type connectionKey struct{}

func (r *request) connection() *connection {
	from, _ := r.Context().Value(connectionKey{}).(*connection)
	return from
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	register := func(check func(*request) error) func(string, handler) {
		return func(pattern string, handle handler) {
			mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, check, handle) })
		}
	}
	own := register(s.authenticate)
	s.stackRoutes(own)
	s.updateRoutes(own, register(s.authenticateUpdate))
	s.leaseRoutes(own)
	mux.HandleFunc("GET /trustfoundry/attach", func(w http.ResponseWriter, r *http.Request) {
		// The answer's headers say that it is held; its end is when the guest goes.
		s.answer(w, r, s.authenticate, func(*request) (any, error) {
			s.guests.Add(1)
			defer s.guests.Add(-1)
			if s.closing.Load() {
				return nil, refuse(http.StatusServiceUnavailable, "this service is about to end")
			}
			w.WriteHeader(http.StatusOK)
			if err := http.NewResponseController(w).Flush(); err != nil {
				return nil, err
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
	})
	own("/", func(r *request) (any, error) {
		return nil, refuse(http.StatusNotFound, "%s %s is no part of this service", r.Method, r.URL.Path)
	})
	return mux
}

func (s *service) answer(w http.ResponseWriter, r *http.Request, check func(*request) error, handle handler) {
	if r.Host != s.host {
		writeError(w, refusal{http.StatusForbidden, "this service answers to its own address alone"})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	asked := &request{Request: r}
	answer, err := any(nil), check(asked)
	if err == nil {
		answer, err = asked.locked(handle)
	}
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if answer == nil {
		answer = struct{}{}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// locked holds the stack for as long as it is worked on.
func (r *request) locked(handle handler) (any, error) {
	if r.stack == nil {
		return handle(r)
	}
	r.stack.Lock()
	defer r.stack.Unlock()
	if r.stack.removed {
		return nil, notFound
	}
	// Since it was found, somebody else may have ended it and taken the stack: nothing of it is written any more.
	if r.update != nil && r.stack.running(r.update.Update) != r.update {
		r.update = nil
		if !r.endsAgain() {
			return nil, lostLease(r.PathValue("update"))
		}
	}
	return handle(r)
}

// running finds an update that has not ended; nil where there is none.
func (s *storedStack) running(id string) *update {
	if s.active != nil && s.active.Update == id {
		return s.active
	}
	return s.unleased[id]
}

// endsAgain says whether an update that has ended is told to end: its first answer may have been lost.
func (r *request) endsAgain() bool {
	_, ended := r.stack.ended[r.PathValue("update")]
	return ended && strings.HasSuffix(r.URL.Path, "/complete")
}

// lostLease makes the engine stop: it takes 403 for a lease that is lost (httpstate.RenewLeaseFunc).
func lostLease(id string) error {
	return refuse(http.StatusForbidden, "the update %s is not running, or somebody else updates the stack", id)
}

// authenticate checks the service's own token, and finds the stack where the path names one.
func (s *service) authenticate(r *request) error {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token, r.holder, _ = strings.Cut(token, ".")
	if kind != "token" || subtle.ConstantTimeCompare(hashed(token), s.token) != 1 {
		return refusal{http.StatusUnauthorized, "the token is not this service's"}
	}
	if len(r.holder) > 40 || strings.Trim(r.holder, "0123456789-") != "" {
		r.holder = ""
	}
	return s.findStack(r)
}

// authenticateUpdate checks the token of a running update, which whoever started it was given.
func (s *service) authenticateUpdate(r *request) error {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if kind != "update-token" {
		return refusal{http.StatusUnauthorized, "an update's token is needed"}
	}
	if err := s.findStack(r); err != nil {
		return err
	}
	r.stack.Lock()
	defer r.stack.Unlock()
	id := r.PathValue("update")
	r.update = r.stack.running(id)
	if r.update == nil {
		if r.endsAgain() {
			return nil
		}
		return lostLease(id)
	}
	if subtle.ConstantTimeCompare(hashed(token), r.update.Token) != 1 {
		return refusal{http.StatusForbidden, "the token is not this update's"}
	}
	r.update.heard(r.connection())
	return nil
}

var notFound = refusal{http.StatusNotFound, "there is no such stack"}

func (s *service) findStack(r *request) error {
	project, name := r.PathValue("project"), r.PathValue("stack")
	if name == "" {
		return nil
	}
	if r.PathValue("owner") != owner || !validName(project) || !validName(name) {
		return notFound
	}
	if r.stack = s.store.find(project, name); r.stack == nil {
		return notFound
	}
	return nil
}

func writeError(w http.ResponseWriter, err error) {
	var known refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &known):
	case errors.As(err, &large):
		known = refusal{http.StatusRequestEntityTooLarge, "the request is too large"}
	default:
		known = refusal{http.StatusInternalServerError, "the state service failed: " + err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(known.code)
	_ = json.NewEncoder(w).Encode(apitype.ErrorResponse{Code: known.code, Message: known.message})
}

// content reads the body, which the engine packs where it may be large.
func (r *request) content() ([]byte, error) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "the body is not packed as it says")
		}
		body = unpacked
	}
	content, err := io.ReadAll(io.LimitReader(body, bodyLimit+1))
	if err != nil {
		return nil, err
	}
	if len(content) > bodyLimit {
		return nil, &http.MaxBytesError{Limit: bodyLimit}
	}
	return content, nil
}

func (r *request) read(value any) error {
	content, err := r.content()
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return nil
	}
	if err := json.Unmarshal(content, value); err != nil {
		return refuse(http.StatusBadRequest, "the body is not what this request takes: %v", err)
	}
	return nil
}

func (s *service) server() *http.Server {
	return &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ConnContext: func(ctx context.Context, raw net.Conn) context.Context {
			opened := &connection{}
			s.connections.Store(raw, opened)
			return context.WithValue(ctx, connectionKey{}, opened)
		},
		ConnState: func(raw net.Conn, state http.ConnState) {
			if state != http.StateClosed && state != http.StateHijacked {
				return
			}
			if closed, known := s.connections.LoadAndDelete(raw); known {
				closed.(*connection).close()
			}
		},
	}
}
