package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// served is a service over a directory, and the way to ask it.
type served struct {
	*testing.T
	service *service
}

const ownToken = "token of-thirty-two-characters-or-more"

func serveFrom(t *testing.T, directory string) served {
	opened, err := openStore(directory)
	if err != nil {
		t.Fatal(err)
	}
	return served{t, &service{store: opened, token: hashed(strings.TrimPrefix(ownToken, "token ")), host: "here"}}
}

// ask answers with the code and what the answer holds.
func (s served) ask(method, path, authorization, body string) (int, map[string]any) {
	s.Helper()
	asked := httptest.NewRequest(method, "http://here/api/stacks/organization"+path, strings.NewReader(body))
	asked.Header.Set("Authorization", authorization)
	heard := httptest.NewRecorder()
	s.service.handler().ServeHTTP(heard, asked)
	answer := map[string]any{}
	if err := json.Unmarshal(heard.Body.Bytes(), &answer); err != nil {
		s.Fatalf("%s %s: %v: %s", method, path, err, heard.Body)
	}
	return heard.Code, answer
}

func (s served) mustAsk(method, path, authorization, body string) map[string]any {
	s.Helper()
	code, answer := s.ask(method, path, authorization, body)
	if code != http.StatusOK {
		s.Fatalf("%s %s: %d %v", method, path, code, answer)
	}
	return answer
}

// start begins an update of p/s, and returns its path and what it proves itself with.
func (s served) start() (string, string) {
	s.Helper()
	path := "/p/s/update/" + s.mustAsk("POST", "/p/s/update", ownToken, "{}")["updateID"].(string)
	return path, "update-token " + s.mustAsk("POST", path, ownToken, `{"journalVersion":1}`)["token"].(string)
}

// entry is a batch of one entry: that something begins to be created.
func entry(number int) string {
	urn := fmt.Sprintf("urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::entry-%d", number)
	return fmt.Sprintf(`{"entries":[{"version":1,"kind":0,"sequenceID":%d,"operationID":%d,"operation":{"type":"creating",`+
		`"resource":{"urn":"%s","custom":true,"type":"kubernetes:core/v1:ConfigMap"}}}]}`, number, number, urn)
}

func (s served) stack() *storedStack { return s.service.store.find("p", "s") }

func made(t *testing.T) (served, string) {
	// What a pattern is made of, as directories may be called.
	directory := filepath.Join(t.TempDir(), "[a]*")
	s := serveFrom(t, directory)
	s.mustAsk("POST", "/p", ownToken, `{"stackName":"s"}`)
	return s, directory
}

func TestStacksAreFoundInADirectoryOfAnyName(t *testing.T) {
	_, directory := made(t)
	if serveFrom(t, directory).stack() == nil {
		t.Fatal("the stack is not found again")
	}
}

func TestARequestOfAnUpdateThatEndedMeanwhileWritesNothing(t *testing.T) {
	s, _ := made(t)
	path, token := s.start()
	late := func(what string) *request {
		asked := httptest.NewRequest("PATCH", "http://here/api/stacks/organization"+path+what, strings.NewReader(entry(1)))
		asked.Header.Set("Authorization", token)
		for name, value := range map[string]string{
			"owner": owner, "project": "p", "stack": "s", "update": filepath.Base(path),
		} {
			asked.SetPathValue(name, value)
		}
		r := &request{Request: asked}
		if err := s.service.authenticateUpdate(r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	entries, end := late("/journalentries"), late("/complete")
	s.mustAsk("POST", path+"/cancel", ownToken, "")
	next, nextToken := s.start()
	s.mustAsk("PATCH", next+"/journalentries", nextToken, entry(1))

	var refused refusal
	if _, err := entries.locked(appendEntries); !errors.As(err, &refused) || refused.code != http.StatusForbidden {
		t.Fatalf("entries of an update that has ended: %v", err)
	}
	if _, err := end.locked(completeUpdate); err != nil {
		t.Fatal(err)
	}
	s.mustAsk("PATCH", next+"/journalentries", nextToken, entry(2))
	s.mustAsk("POST", next+"/complete", nextToken, `{"status":"failed"}`)
	state, _, err := s.stack().current()
	if err != nil {
		t.Fatal(err)
	}
	if found, err := summarise(state); err != nil || len(found.PendingOperations) != 2 {
		t.Fatalf("%v, %v", found, err)
	}
}

func TestAnUpdateKeepsEitherCheckpointsOrAJournal(t *testing.T) {
	s, _ := made(t)
	path, token := s.start()
	empty, err := emptyCheckpoint()
	if err != nil {
		t.Fatal(err)
	}
	whole := fmt.Sprintf(`{"version":3,"deployment":%s}`, empty.Deployment)
	s.mustAsk("PATCH", path+"/checkpoint", token, whole)
	if code, answer := s.ask("PATCH", path+"/journalentries", token, entry(1)); code != http.StatusBadRequest {
		t.Fatalf("a journal beside checkpoints: %d %v", code, answer)
	}
	s.mustAsk("POST", path+"/complete", token, `{"status":"failed"}`)
	path, token = s.start()
	s.mustAsk("PATCH", path+"/journalentries", token, entry(1))
	if code, answer := s.ask("PATCH", path+"/checkpoint", token, whole); code != http.StatusBadRequest {
		t.Fatalf("checkpoints beside a journal: %d %v", code, answer)
	}
}

func TestNoNumberOfResourcesIsMadeUp(t *testing.T) {
	s, _ := made(t)
	path, token := s.start()
	s.mustAsk("POST", path+"/complete", token, `{"status":"succeeded"}`)
	listed, err := s.service.listStacks(&request{Request: httptest.NewRequest("GET", "http://here/api/user/stacks", nil)})
	if err != nil {
		t.Fatal(err)
	}
	all := listed.(apitype.ListStacksResponse).Stacks
	if len(all) != 1 || all[0].LastUpdate == nil || all[0].ResourceCount != nil {
		t.Fatalf("%+v", all)
	}
}

// docs/state.md, "A damaged state": what it says is tried here.
func TestADamagedLineIsToldAndCanBeCutByHand(t *testing.T) {
	s, directory := made(t)
	path, token := s.start()
	for number := 1; number <= 3; number++ {
		s.mustAsk("PATCH", path+"/journalentries", token, entry(number))
	}
	file := s.stack().journalFile()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for number, pending := range map[int]int{2: 0, 3: 1, 4: 2} {
		damaged := strings.Replace(string(whole), fmt.Sprintf("entry-%d", number-1), "entry-0", 1)
		if err := os.WriteFile(file, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		said := fmt.Sprintf("%s: line %d ", file, number)
		if err := serveFrom(t, directory).stack().recover(false); err == nil || !strings.Contains(err.Error(), said) {
			t.Fatalf("line %d: %v", number, err)
		}
		if left, err := os.ReadFile(file); err != nil || string(left) != damaged {
			t.Fatalf("line %d: the file was changed: %v", number, err)
		}
		// head -n
		if err := os.WriteFile(file, []byte(strings.Join(lines[:number-1], "")), 0o600); err != nil {
			t.Fatal(err)
		}
		state, _, err := serveFrom(t, directory).stack().current()
		if err != nil {
			t.Fatal(err)
		}
		if found, err := summarise(state); err != nil || len(found.PendingOperations) != pending {
			t.Fatalf("line %d: %v, %v", number, found, err)
		}
	}
}
