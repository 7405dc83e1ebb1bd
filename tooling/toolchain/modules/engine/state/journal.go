package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const formatVersion = 1

// journalHeader is a journal's first line: which update it belongs to, and which checkpoint its entries go on from.
type journalHeader struct {
	Format int    `json:"format"`
	Update string `json:"update"`
	// SHA-256 of the checkpoint file.
	Base string `json:"base"`
}

// journalLine is every further line: one batch of entries, as the engine sent it and as it was acknowledged.
type journalLine struct {
	// SHA-256 of the former line's sum and this line's entries: no line can be changed, lost or moved unnoticed.
	Sum     string          `json:"sum"`
	Entries json.RawMessage `json:"entries"`
}

// journal is the file that an update appends to.
type journal struct {
	file *os.File
	// Length of what was acknowledged; anything behind it is remains of a write that failed.
	length int64
	sum    string
	broken error
}

func chain(former string, content []byte) string {
	hash := sha256.New()
	hash.Write([]byte(former))
	hash.Write(content)
	return hex.EncodeToString(hash.Sum(nil))
}

func createJournal(path string, header journalHeader) (*journal, error) {
	first, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file: file, sum: chain("", first)}
	if err := errors.Join(j.write(append(first, '\n')), syncFolder(filepath.Dir(path))); err != nil {
		// A half-made file is in the way of the next try; without a whole first line nothing is in it.
		return nil, errors.Join(err, file.Close(), removeFile(path))
	}
	return j, nil
}

// reopenJournal goes on with a journal whose service was killed; what is torn off its end is cut.
func reopenJournal(path string, read *journalContent) (*journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(file.Truncate(read.length), file.Sync()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &journal{file: file, length: read.length, sum: read.sum}, nil
}

// append returns once the batch is on the disk.
func (j *journal) append(entries json.RawMessage) error {
	var compact bytes.Buffer
	if err := json.Compact(&compact, entries); err != nil {
		return err
	}
	sum := chain(j.sum, compact.Bytes())
	// Marshalling would leave the entries' bytes, but escape them once more; they are what the sum is of.
	line := bytes.Join([][]byte{[]byte(`{"sum":"` + sum + `","entries":`), compact.Bytes(), []byte("}\n")}, nil)
	if err := j.write(line); err != nil {
		return err
	}
	j.sum = sum
	return nil
}

func (j *journal) write(line []byte) error {
	if j.broken != nil {
		return j.broken
	}
	_, err := j.file.WriteAt(line, j.length)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		// What came to the disk is taken back: the next batch must not follow a torn one.
		if cut := errors.Join(j.file.Truncate(j.length), j.file.Sync()); cut != nil {
			j.broken = fmt.Errorf("%w; and it could not be taken back: %w", err, cut)
		}
		return err
	}
	j.length += int64(len(line))
	return nil
}

func (j *journal) close() error {
	return j.file.Close()
}

// journalContent is what a journal holds, up to its last whole line.
type journalContent struct {
	header  journalHeader
	batches []json.RawMessage
	length  int64
	sum     string
}

// parseJournal reads a journal. A last line that was torn by a kill or a loss of power was never acknowledged and is left
// out; anything else that does not fit is refused. Undefined where not even the first line is whole.
func parseJournal(content []byte) (*journalContent, error) {
	first, rest, whole := bytes.Cut(content, []byte("\n"))
	if !whole || torn(first, rest) {
		return nil, nil
	}
	read := &journalContent{length: int64(len(first)) + 1, sum: chain("", first)}
	if err := json.Unmarshal(first, &read.header); err != nil {
		return nil, fmt.Errorf("line 1 is damaged: %w", err)
	}
	if read.header.Format != formatVersion {
		return nil, fmt.Errorf("it has format %d, and this version reads %d", read.header.Format, formatVersion)
	}
	for number := 2; len(rest) > 0; number++ {
		var text []byte
		text, rest, whole = bytes.Cut(rest, []byte("\n"))
		if !whole || torn(text, rest) {
			break
		}
		line, err := parseLine(text)
		if err != nil {
			return nil, fmt.Errorf("line %d is damaged: %w", number, err)
		}
		if line.Sum != chain(read.sum, line.Entries) {
			return nil, fmt.Errorf("line %d does not follow from the lines before: the file was changed", number)
		}
		read.batches = append(read.batches, line.Entries)
		read.length += int64(len(text)) + 1
		read.sum = line.Sum
	}
	return read, nil
}

// parseLine leaves the entries where they are, in a line as `append` writes it: a copy would double what a large journal
// takes.
func parseLine(text []byte) (line journalLine, err error) {
	const sum, entries, end = `{"sum":"`, `","entries":`, `}`
	start := len(sum) + hex.EncodedLen(sha256.Size)
	if len(text) > start+len(entries) && bytes.HasPrefix(text, []byte(sum)) &&
		bytes.HasPrefix(text[start:], []byte(entries)) && bytes.HasSuffix(text, []byte(end)) {
		// Whatever they are: the sum of the line says whether they are what was written.
		return journalLine{string(text[len(sum):start]), text[start+len(entries) : len(text)-len(end)]}, nil
	}
	err = json.Unmarshal(text, &line)
	return line, err
}

// torn says whether a last line has blocks that never came to the disk; JSON has no zero bytes.
func torn(line, rest []byte) bool {
	return len(rest) == 0 && bytes.IndexByte(line, 0) >= 0
}
