// Seals and opens image layers with ocicrypt itself, and objects with age, for comparison.
package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"github.com/containers/ocicrypt"
	"github.com/containers/ocicrypt/config"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

const annotation = "org.opencontainers.image.enc.keys.provider.attestation-agent"

// packet is the guest's key packet, of the first version or the second.
type packet struct {
	Version     string `json:"version,omitempty"`
	Provider    string `json:"provider,omitempty"`
	Kid         string `json:"kid"`
	WrappedData []byte `json:"wrapped_data"`
	Iv          []byte `json:"iv"`
	WrapType    string `json:"wrap_type"`
}

// wrapper stands for the guest's key provider: AES-256-GCM under a key that it has already.
type wrapper struct{ key []byte }

func (w wrapper) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(w.key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (w wrapper) WrapKeys(_ *config.EncryptConfig, options []byte) ([]byte, error) {
	aead, err := w.aead()
	if err != nil {
		return nil, err
	}
	iv := make([]byte, aead.NonceSize())
	if _, err := rand.Read(iv); err != nil {
		return nil, err
	}
	return json.Marshal(packet{Kid: "kbs:///oracle/key/layer", WrappedData: aead.Seal(nil, iv, options, nil), Iv: iv, WrapType: "A256GCM"})
}

func (w wrapper) UnwrapKey(_ *config.DecryptConfig, annotation []byte) ([]byte, error) {
	var p packet
	if err := json.Unmarshal(annotation, &p); err != nil {
		return nil, err
	}
	if p.WrapType != "A256GCM" {
		return nil, fmt.Errorf("wrap type %q", p.WrapType)
	}
	aead, err := w.aead()
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, p.Iv, p.WrappedData, nil)
}

func (wrapper) GetAnnotationID() string                      { return annotation }
func (wrapper) NoPossibleKeys(map[string][][]byte) bool      { return false }
func (wrapper) GetPrivateKeys(map[string][][]byte) [][]byte  { return [][]byte{{}} }
func (wrapper) GetKeyIdsFromPacket(string) ([]uint64, error) { return nil, nil }
func (wrapper) GetRecipients(string) ([]string, error)       { return nil, nil }

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run takes: open|seal <key> <annotations.json> <in> <out>, or age-open|age-seal <identity> <in> <out>.
func run(args []string) error {
	if len(args) == 4 && strings.HasPrefix(args[0], "age-") {
		return runAge(args[0], args[1], args[2], args[3])
	}
	if len(args) != 5 {
		return errors.New("open|seal <key> <annotations.json> <in> <out>")
	}
	key, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	ocicrypt.RegisterKeyWrapper("provider.attestation-agent", wrapper{key})
	in, err := os.Open(args[3])
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(args[4])
	if err != nil {
		return err
	}
	defer out.Close()
	if args[0] == "open" {
		return open(args[2], in, out)
	}
	return seal(args[2], in, out)
}

func open(annotations string, in io.Reader, out io.Writer) error {
	text, err := os.ReadFile(annotations)
	if err != nil {
		return err
	}
	var desc ocispec.Descriptor
	if err := json.Unmarshal(text, &desc.Annotations); err != nil {
		return err
	}
	plain, _, err := ocicrypt.DecryptLayer(&config.DecryptConfig{}, in, desc, false)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, plain)
	return err
}

func seal(annotations string, in io.ReadSeeker, out io.Writer) error {
	sum, err := digest.FromReader(in)
	if err != nil {
		return err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sealed, finish, err := ocicrypt.EncryptLayer(&config.EncryptConfig{}, in, ocispec.Descriptor{Digest: sum})
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, sealed); err != nil {
		return err
	}
	result, err := finish()
	if err != nil {
		return err
	}
	text, err := json.Marshal(result)
	if err != nil {
		return err
	}
	return os.WriteFile(annotations, text, 0o600)
}

func runAge(command, identityFile, input, output string) error {
	text, err := os.ReadFile(identityFile)
	if err != nil {
		return err
	}
	identity, err := age.ParseHybridIdentity(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	in, err := os.Open(input)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(output)
	if err != nil {
		return err
	}
	defer out.Close()
	if command == "age-open" {
		plain, err := age.Decrypt(in, identity)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, plain)
		return err
	}
	sealed, err := age.Encrypt(out, identity.Recipient())
	if err != nil {
		return err
	}
	if _, err := io.Copy(sealed, in); err != nil {
		return err
	}
	return sealed.Close()
}
