/** The internet without what is inside: private, shared, loopback and link-local ranges, cloud metadata among them. */
export const publicInternet = {
  cidr: "0.0.0.0/0",
  except: ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
} as const;
