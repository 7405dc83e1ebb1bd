package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/snapshot"
)

// The acceptance test hands over the folder of a stack whose update was killed: what a real engine wrote.
func killedStack(t *testing.T) *storedStack {
	folder := os.Getenv("TRUSTFOUNDRY_KILLED_STACK")
	if folder == "" {
		t.Skip("TRUSTFOUNDRY_KILLED_STACK names no folder of a killed stack; the acceptance test of states does")
	}
	return &storedStack{folder: folder}
}

func normal(t *testing.T, state checkpoint) []byte {
	deployment, err := stack.UnmarshalUntypedDeployment(context.Background(), state.untyped())
	if err != nil {
		t.Fatal(err)
	}
	if err := snapshot.VerifyIntegrity(deployment); err != nil {
		t.Fatal(err)
	}
	deployment.Manifest = apitype.ManifestV1{}
	// Pending operations come out of a map.
	operations := map[string]string{}
	for _, operation := range deployment.PendingOperations {
		operations[string(operation.Resource.URN)] = string(operation.Type)
	}
	deployment.PendingOperations = nil
	content, err := json.Marshal(map[string]any{"deployment": deployment, "operations": operations})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// A journal that ends anywhere is the journal of its whole lines, and makes a state that the engine accepts.
func TestEveryCut(t *testing.T) {
	killed := killedStack(t)
	base, _, err := killed.checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(killed.journalFile())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := parseJournal(content)
	if err != nil || whole == nil || len(whole.batches) < 5 {
		t.Fatalf("no journal worth cutting: %v", err)
	}
	// What comes of the first n batches.
	expected := make([][]byte, len(whole.batches)+1)
	for n := range expected {
		folded, err := fold(base, "update", whole.batches[:n])
		if err != nil {
			t.Fatalf("%d batches: %v", n, err)
		}
		expected[n] = normal(t, folded)
	}
	for cut := 0; cut <= len(content); cut++ {
		read, err := parseJournal(content[:cut])
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		lines := bytes.Count(content[:cut], []byte("\n"))
		if lines == 0 {
			if read != nil {
				t.Fatalf("cut at %d: something was read of no line", cut)
			}
			continue
		}
		if len(read.batches) != lines-1 || read.length != int64(bytes.LastIndexByte(content[:cut], '\n'))+1 {
			t.Fatalf("cut at %d: %d batches of %d lines", cut, len(read.batches), lines)
		}
		for n, batch := range read.batches {
			if !bytes.Equal(batch, whole.batches[n]) {
				t.Fatalf("cut at %d: batch %d is another one", cut, n)
			}
		}
	}
	for n := 1; n < len(expected); n++ {
		if bytes.Equal(expected[n], expected[0]) && n == len(expected)-1 {
			t.Fatal("the journal changes nothing")
		}
	}
}

// Whatever is changed in the lines that were acknowledged is refused, and never left out.
func TestEveryChange(t *testing.T) {
	killed := killedStack(t)
	content, err := os.ReadFile(killed.journalFile())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := parseJournal(content)
	if err != nil || whole == nil {
		t.Fatal(err)
	}
	// A journal of some lines is enough, and each of their bytes is tried.
	content = content[:min(len(content), 20_000)]
	content = content[:bytes.LastIndexByte(content, '\n')+1]
	for at := range content {
		changed := bytes.Clone(content)
		changed[at] ^= 1
		if read, err := parseJournal(changed); err == nil && read != nil && read.length == int64(len(content)) {
			t.Fatalf("a change at %d was not seen", at)
		} else if err == nil && at < len(content)-1 && bytes.IndexByte(content[at:], '\n') < len(content)-1-at {
			t.Fatalf("a change at %d, before the last line, was taken for a torn end", at)
		}
	}
}

func TestJournalGoesOnAfterAFailedWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.ndjson")
	made, err := createJournal(path, journalHeader{Format: formatVersion, Update: "u", Base: ""})
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []string{`[{"sequenceID": 1}]`, `[{"sequenceID":2}]`} {
		if err := made.append(json.RawMessage(batch)); err != nil {
			t.Fatal(err)
		}
	}
	// Remains of a torn third line.
	if _, err := made.file.WriteAt([]byte(`{"sum":"`), made.length); err != nil {
		t.Fatal(err)
	}
	if err := made.close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := parseJournal(content)
	if err != nil || len(read.batches) != 2 {
		t.Fatalf("%v, %v", read, err)
	}
	again, err := reopenJournal(path, read)
	if err != nil {
		t.Fatal(err)
	}
	if err := errorsOf(again.append(json.RawMessage(`[{"sequenceID":3}]`)), again.close()); err != nil {
		t.Fatal(err)
	}
	if content, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if read, err = parseJournal(content); err != nil || len(read.batches) != 3 || string(read.batches[2]) != `[{"sequenceID":3}]` {
		t.Fatalf("%v, %v", read, err)
	}
}

func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestNames(t *testing.T) {
	for name, valid := range map[string]bool{
		"acme-trust": true, "a.b_c": true, "": false, ".": false, "..": false, "a/b": false, "a\\b": false, "a\x00": false,
	} {
		if validName(name) != valid {
			t.Errorf("%q: %v", name, !valid)
		}
	}
}
