{{- define "standin.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "standin.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
trustfoundry.dev/simulated: "true"
{{- end -}}

{{- /* A pod that runs on simulated hosts and nowhere else. Params: root, role, tolerations. */ -}}
{{- define "standin.pod" -}}
metadata:
  labels:
    {{- include "standin.labels" .root | nindent 4 }}
    role: {{ .role }}
spec:
  automountServiceAccountToken: false
  nodeSelector:
    trustfoundry.dev/simulated: "true"
  {{- with .root.Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .role }}
      image: {{ include "standin.image" .root }}
{{- end -}}
