// Judges TDX quotes with Google's go-tdx-guest, with collateral that is given to it and nothing from a network.
package main

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	testclient "github.com/google/go-tdx-guest/testing"
	"github.com/google/go-tdx-guest/testing/testdata"
	"github.com/google/go-tdx-guest/verify"
)

// question is a quote with what it is to be judged by. Bytes are base64.
type question struct {
	Root         string `json:"root"`
	Now          int64  `json:"now"`
	Quote        []byte `json:"quote"`
	TcbInfo      []byte `json:"tcbInfo"`
	QeIdentity   []byte `json:"qeIdentity"`
	SigningChain string `json:"signingChain"`
	PckCrlChain  string `json:"pckCrlChain"`
	PckCrl       []byte `json:"pckCrl"`
	RootCrl      []byte `json:"rootCrl"`
}

// given answers the library's requests from a question.
type given struct{ question }

func (g given) Get(address string) (map[string][]string, []byte, error) {
	chain := func(header, pem string) map[string][]string {
		return map[string][]string{header: {url.QueryEscape(pem)}}
	}
	switch {
	case strings.Contains(address, "/qe/identity"):
		return chain("Sgx-Enclave-Identity-Issuer-Chain", g.SigningChain), g.QeIdentity, nil
	case strings.Contains(address, "/tcb?"):
		return chain("Tcb-Info-Issuer-Chain", g.SigningChain), g.TcbInfo, nil
	case strings.Contains(address, "/pckcrl?"):
		return chain("Sgx-Pck-Crl-Issuer-Chain", g.PckCrlChain), g.PckCrl, nil
	case strings.HasSuffix(address, "/IntelSGXRootCA.der"):
		return nil, g.RootCrl, nil
	}
	return nil, nil, fmt.Errorf("nothing is given for %s", address)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 1 && args[0] == "sample" {
		return json.NewEncoder(os.Stdout).Encode(sample())
	}
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	var questions []question
	if err := json.Unmarshal(input, &questions); err != nil {
		return err
	}
	answers := make([]string, len(questions))
	for index, each := range questions {
		if err := judge(each); err != nil {
			answers[index] = err.Error()
		}
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}

func judge(q question) error {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(q.Root)) {
		return errors.New("the root cannot be read")
	}
	return verify.RawTdxQuote(q.Quote, &verify.Options{
		CheckRevocations: true,
		GetCollateral:    true,
		Getter:           given{q},
		Now:              time.Unix(q.Now, 0),
		TrustedRoots:     roots,
	})
}

// sample is the library's own: a quote of a real machine and what Intel's service answered then.
func sample() question {
	unescaped := func(header map[string][]string, name string) string {
		chain, err := url.QueryUnescape(header[name][0])
		if err != nil {
			panic(err)
		}
		return chain
	}
	return question{
		Now:          time.Date(2023, time.July, 1, 1, 0, 0, 0, time.UTC).Unix(),
		Quote:        testdata.RawQuote,
		TcbInfo:      testdata.TcbInfoBody,
		QeIdentity:   testdata.QeIdentityBody,
		SigningChain: unescaped(testclient.TcbInfoHeader, "Tcb-Info-Issuer-Chain"),
		PckCrlChain:  unescaped(testclient.PckCrlHeader, "Sgx-Pck-Crl-Issuer-Chain"),
		PckCrl:       testdata.PckCrlBody,
		RootCrl:      testdata.RootCrlBody,
	}
}
