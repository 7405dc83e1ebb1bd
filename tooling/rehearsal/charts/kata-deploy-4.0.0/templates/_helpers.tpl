{{- define "standin.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
trustfoundry.dev/simulated: "true"
{{- end -}}

{{- define "standin.image" -}}
{{- if contains "@" .Values.image.reference }}{{ .Values.image.reference }}{{ else }}{{ .Values.image.reference }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end -}}
{{- end -}}

{{- /* Shims that are switched on, as YAML. */ -}}
{{- define "standin.shims" -}}
{{- $enabled := dict -}}
{{- range $name, $shim := .Values.shims }}
{{- if kindIs "map" $shim }}
{{- if $shim.enabled }}{{ $enabled = set $enabled $name $shim }}{{ end }}
{{- end }}
{{- end }}
{{- toYaml $enabled -}}
{{- end -}}

{{- /*
Name of the rule that teaches NFD the TEE labels; empty where there is none. 4.0.0 makes one only if NFD's CRD exists at
that moment; 4.1.0 does as it is told, or the same when told `auto`.
*/ -}}
{{- define "standin.teeRule" -}}
{{- $crd := .Capabilities.APIVersions.Has "nfd.k8s-sigs.io/v1alpha1" -}}
{{- if eq .Chart.AppVersion "4.0.0" -}}
{{- if $crd }}amd64-tee-keys{{ end -}}
{{- else -}}
{{- $create := toString .Values.nodeFeatureRules.create -}}
{{- if or (eq $create "true") (and (eq $create "auto") $crd) }}kata-tee-keys{{ end -}}
{{- end -}}
{{- end -}}

{{- /* By TEE: the label, the countable resource, and what NFD reads both from. */ -}}
{{- define "standin.tees" -}}
snp:
  rule: amd.sev-snp
  label: amd.feature.node.kubernetes.io/snp
  resource: sev-snp.amd.com/esids
  feature: sev.snp.enabled
  count: "@cpu.security.sev.encrypted_state_ids"
tdx:
  rule: intel.tdx
  label: intel.feature.node.kubernetes.io/tdx
  resource: tdx.intel.com/keys
  feature: tdx.enabled
  count: "@cpu.security.tdx.total_keys"
{{- end -}}
