import { canonicalJson } from "../../names";

/** The quote generation service as a package of the host, with where it has its certificates from. */
export interface HostQuoteService {
  /** Quotes that are made at once. */
  readonly threads: number;
  /** Address of a certificate cache (PCCS), or none where certificates were laid on the host beforehand. */
  readonly pccsUrl?: string | undefined;
}

/** A file of a TDX host, and where configuration management puts it. */
export interface HostFile {
  /** Key in the ConfigMap. */
  readonly name: string;
  readonly path: string;
  readonly content: string;
}

/**
 * Files of a TDX host that configuration management takes from the cluster: on OpenShift MachineConfigs bring the first two.
 *
 * Sources: intel/confidential-computing.tee.docs, enabling guide 05 (host OS); Red Hat AI's quickstart for confidential GPUs for `vsock-loopback`;
 * DCAP's qgs.conf and sgx_default_qcnl.conf for the others.
 */
export function hostFiles(service: HostQuoteService | undefined): HostFile[] {
  return [
    {
      name: "99-trustfoundry-tdx.grub.cfg",
      path: "/etc/default/grub.d/99-trustfoundry-tdx.cfg",
      content: 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT intel_iommu=on kvm_intel.tdx=1 nohibernate"\n',
    },
    {
      name: "trustfoundry-tdx.modules.conf",
      path: "/etc/modules-load.d/trustfoundry-tdx.conf",
      content: "vsock-loopback\n",
    },
    ...(service
      ? [
          { name: "qgs.conf", path: "/etc/qgs.conf", content: qgsConfiguration(service) },
          {
            name: "sgx_default_qcnl.conf",
            path: "/etc/sgx_default_qcnl.conf",
            content: certificateConfiguration(service),
          },
        ]
      : []),
  ];
}

/**
 * No `port`: the service then listens on its Unix socket, which QEMU alone opens for a guest. With a port it listens on
 * vsock for every guest of the host, tenants apart or not.
 *
 * Source: DCAP QuoteGeneration/quote_wrapper/qgs/server_main.cpp; Kata asks by the socket, too
 * (`tdx_quote_generation_service_socket_port = 0`, src/runtime/Makefile, 4.1.0).
 */
function qgsConfiguration({ threads }: HostQuoteService): string {
  return `number_threads = ${threads}\n`;
}

/** Where quotes get their certificates from; the cache's own certificate is verified. */
function certificateConfiguration({ pccsUrl }: HostQuoteService): string {
  const settings =
    pccsUrl === undefined
      ? { local_cache_only: true }
      : { pccs_url: pccsUrl, use_secure_cert: true, retry_times: 6, retry_delay: 10, pck_cache_expire_hours: 168 };
  return `${canonicalJson(settings)}\n`;
}
