// Verifies and validates SEV-SNP reports with go-sev-guest itself, for comparison.
package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/go-sev-guest/abi"
	"github.com/google/go-sev-guest/kds"
	spb "github.com/google/go-sev-guest/proto/sevsnp"
	"github.com/google/go-sev-guest/validate"
	"github.com/google/go-sev-guest/verify"
	"github.com/google/go-sev-guest/verify/testdata"
	"github.com/google/go-sev-guest/verify/trust"
)

// question is one report with what it is to be judged by.
type question struct {
	Report []byte `json:"report"`
	// Vcek or Vlek, DER.
	Vcek []byte `json:"vcek"`
	Vlek []byte `json:"vlek"`
	// Roots by the library's names of processors; without any, AMD's own.
	Roots map[string]roots `json:"roots"`
	// Crl is the root's list of revoked certificates; without it, revocation is not looked at.
	Crl      []byte    `json:"crl"`
	Now      time.Time `json:"now"`
	Expected expected  `json:"expected"`
}

type roots struct {
	Ark  string `json:"ark"`
	Ask  string `json:"ask"`
	Asvk string `json:"asvk"`
}

type expected struct {
	Measurement []byte `json:"measurement"`
	HostData    []byte `json:"hostData"`
	ReportData  []byte `json:"reportData"`
	ChipID      []byte `json:"chipId"`
	Bootloader  uint8  `json:"bootloader"`
	Tee         uint8  `json:"tee"`
	Snp         uint8  `json:"snp"`
	Microcode   uint8  `json:"microcode"`
}

// answer has an empty text where the library has no objection.
type answer struct {
	Verified  string `json:"verified"`
	Validated string `json:"validated"`
}

type samples struct {
	Report []byte `json:"report"`
	Vcek   []byte `json:"vcek"`
	// Chains that are built in, PEM.
	Chains map[string]string `json:"chains"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	out := json.NewEncoder(os.Stdout)
	if len(args) == 1 && args[0] == "samples" {
		return out.Encode(samples{
			Report: testdata.AttestationBytes,
			Vcek:   testdata.VcekBytes,
			Chains: map[string]string{
				"milan":      string(trust.AskArkMilanVcekBytes),
				"milan vlek": string(trust.AskArkMilanVlekBytes),
				"genoa":      string(trust.AskArkGenoaVcekBytes),
				"genoa vlek": string(trust.AskArkGenoaVlekBytes),
				"turin":      string(trust.AskArkTurinVcekBytes),
				"turin vlek": string(trust.AskArkTurinVlekBytes),
			},
		})
	}
	if len(args) != 2 || args[0] != "judge" {
		return errors.New("usage: samples | judge FILE")
	}
	content, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	var questions []question
	if err := json.Unmarshal(content, &questions); err != nil {
		return err
	}
	answers := make([]answer, 0, len(questions))
	for _, each := range questions {
		answers = append(answers, judge(each))
	}
	return out.Encode(answers)
}

func judge(q question) answer {
	if err := abi.ValidateReportFormat(q.Report); err != nil {
		return answer{err.Error(), err.Error()}
	}
	report, err := abi.ReportToProto(q.Report)
	if err != nil {
		return answer{err.Error(), err.Error()}
	}
	attestation := &spb.Attestation{
		Report:           report,
		CertificateChain: &spb.CertificateChain{VcekCert: q.Vcek, VlekCert: q.Vlek},
	}
	trusted, err := rootsOf(q.Roots)
	if err != nil {
		return answer{err.Error(), err.Error()}
	}
	options := &verify.Options{
		DisableCertFetching: true,
		Now:                 q.Now,
		TrustedRoots:        trusted,
		CheckRevocations:    q.Crl != nil,
		Getter:              getter{q.Crl},
	}
	return answer{text(verify.SnpAttestation(attestation, options)), text(validateAttestation(attestation, q.Expected))}
}

func validateAttestation(attestation *spb.Attestation, e expected) error {
	vmpl := 0
	return validate.SnpAttestation(attestation, &validate.Options{
		GuestPolicy:               abi.SnpPolicy{SMT: true},
		Measurement:               e.Measurement,
		HostData:                  e.HostData,
		ReportData:                e.ReportData,
		ChipID:                    e.ChipID,
		VMPL:                      &vmpl,
		PermitProvisionalFirmware: true,
		MinimumTCB:                kds.TCBParts{BlSpl: e.Bootloader, TeeSpl: e.Tee, SnpSpl: e.Snp, UcodeSpl: e.Microcode},
	})
}

func rootsOf(given map[string]roots) (map[string][]*trust.AMDRootCerts, error) {
	if given == nil {
		return nil, nil
	}
	result := map[string][]*trust.AMDRootCerts{}
	for product, each := range given {
		certificates := &trust.ProductCerts{}
		for _, part := range []struct {
			pem string
			to  **x509.Certificate
		}{{each.Ark, &certificates.Ark}, {each.Ask, &certificates.Ask}, {each.Asvk, &certificates.Asvk}} {
			block, _ := pem.Decode([]byte(part.pem))
			if block == nil {
				return nil, errors.New("no PEM")
			}
			parsed, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, err
			}
			*part.to = parsed
		}
		root := trust.AMDRootCertsProduct(product)
		root.ProductCerts = certificates
		result[product] = []*trust.AMDRootCerts{root}
	}
	return result, nil
}

// getter answers every address with the list: nothing is fetched.
type getter struct{ crl []byte }

func (g getter) Get(string) ([]byte, error) {
	if g.crl == nil {
		return nil, errors.New("nothing is fetched here")
	}
	return g.crl, nil
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
