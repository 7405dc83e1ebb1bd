{{- define "standin.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
trustfoundry.dev/simulated: "true"
{{- end -}}

{{- define "standin.operandImage" -}}
{{ .repository }}/{{ .image }}:{{ .version }}
{{- end -}}

{{- /* jq: what a host is for; a word that the operator does not know means containers. */ -}}
{{- define "standin.workload" -}}
.metadata.labels["nvidia.com/gpu.workload.config"] as $asked | if $asked == null then "{{ .Values.sandboxWorkloads.defaultWorkload }}" elif ($asked == "container" or $asked == "vm-passthrough" or $asked == "vm-vgpu") then $asked else "container" end
{{- end -}}

{{- /* jq: the mode that the CC manager is to set; a host without a TEE is not forced into one. */ -}}
{{- define "standin.ccMode" -}}
.metadata.labels["nvidia.com/cc.mode"] // (if .metadata.annotations["simulated.trustfoundry.dev/tee"] == "none" then "off" else "{{ .Values.ccManager.defaultMode }}" end)
{{- end -}}

{{- define "standin.gpuHost" -}}
- jq:
    key: '.metadata.labels | (.["feature.node.kubernetes.io/pci-10de.present"] // .["feature.node.kubernetes.io/pci-0302_10de.present"] // .["feature.node.kubernetes.io/pci-0300_10de.present"])'
    operator: In
    values: ["true"]
{{- end -}}
