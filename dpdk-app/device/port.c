// SPDX-License-Identifier: BSD-3-Clause
// Finds, configures and starts a port.

#include "device/port.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "device/eal_log.h"
#include "loop/queue_context.h"

static_assert(PORT_NAME_ROOM == RTE_ETH_NAME_MAX_LEN, "as in DPDK");

#define RX_DESCRIPTORS 2048
#define TX_DESCRIPTORS 1024
#define POOL_CACHE 256
#define LCORES_WITH_CACHE 4

#define RX_CSUM (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)
#define TX_CSUM (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)

unsigned port_buffers(unsigned n_queues)
{
	// For the device's rings, for frames that wait for a full ring, and for buffers that are
	// being filled.
	unsigned a_queue = RX_DESCRIPTORS + TX_DESCRIPTORS + QUEUE_PENDING + QUEUE_OUT +
			   2 * HL_BURST_MAX + 2 * POOL_CACHE;
	return n_queues * a_queue + LCORES_WITH_CACHE * POOL_CACHE;
}

uint64_t port_buffers_bytes(unsigned n_queues)
{
	// Header and alignment add a third of a KB to each buffer.
	return (uint64_t)port_buffers(n_queues) *
	       (RTE_MBUF_DEFAULT_BUF_SIZE + sizeof(struct rte_mbuf) + 192);
}

struct rte_mempool *port_pool_new(unsigned n_queues, struct hl_error *err)
{
	struct rte_mempool *pool = rte_pktmbuf_pool_create("heartline", port_buffers(n_queues),
							   POOL_CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
							   (int)rte_socket_id());
	if (!pool && rte_errno != ENOMEM)
		hl_fail(err, rte_errno,
			"packet buffers: %s; DPDK's driver for them is a package of its own: "
			"apt-get install librte-mempool-ring23",
			rte_strerror(rte_errno));
	else if (!pool)
		hl_fail(err, ENOMEM,
			"packet buffers: no memory: %" PRIu64 " MB are needed; give more by "
			"\"-- --no-huge -m MB\", or more huge pages",
			(port_buffers_bytes(n_queues) >> 20) + 1);
	return pool;
}

static void ports_there(char *out, size_t size)
{
	uint16_t id;

	snprintf(out, size, "none");
	RTE_ETH_FOREACH_DEV(id)
	{
		char name[RTE_ETH_NAME_MAX_LEN];
		size_t len = strcmp(out, "none") ? strlen(out) : 0;
		if (rte_eth_dev_get_name_by_port(id, name) == 0 && len < size)
			snprintf(out + len, size - len, "%s%s", len ? ", " : "", name);
	}
}

static int port_find(uint16_t *id, const struct device *device, struct hl_error *err)
{
	char there[512];

	if (rte_eth_dev_get_port_by_name(device->name, id) == 0)
		return 0; // a PCI port, or created by the user's own --vdev
	if (device->kind == DEVICE_VIRTUAL) {
		int rc = rte_dev_probe(device->args);
		if (rc < 0) {
			eal_log_show();
			return hl_fail(
				err, -rc,
				"device: %s: could not be made (the driver's messages are above)",
				device->args);
		}
		if (rte_eth_dev_get_port_by_name(device->name, id) == 0)
			return 0;
	}
	eal_log_show();
	ports_there(there, sizeof(there));
	return hl_fail(err, ENODEV, "device: %s: DPDK made no port of it; ports here: %s",
		       device->name, there);
}

static int queues_check(const struct port *port, const struct rte_eth_dev_info *info,
			unsigned n_queues, struct hl_error *err)
{
	unsigned most = RTE_MIN(info->max_rx_queues, info->max_tx_queues);

	if (n_queues <= most)
		return 0;
	return hl_fail(err, EINVAL, "device: %s has %u queues, a worker needs its own: give %u %s",
		       port->name, most, most, most == 1 ? "worker" : "workers or fewer");
}

static void csum_choose(struct port *port, const struct rte_eth_dev_info *info,
			struct rte_eth_conf *conf)
{
	// The drivers of virtual devices compute checksums in software, which the engine does
	// faster: it keeps the sum of each template.
	if (port->is_virtual)
		return;
	port->rx_csum = (info->rx_offload_capa & RX_CSUM) == RX_CSUM;
	port->tx_csum = (info->tx_offload_capa & TX_CSUM) == TX_CSUM;
	if (port->rx_csum)
		conf->rxmode.offloads |= RX_CSUM;
	if (port->tx_csum)
		conf->txmode.offloads |= TX_CSUM;
}

// Ask for an RSS key that lets the replies of both servers of a line arrive on the same queue.
static void key_choose(struct port *port, const struct rte_eth_dev_info *info,
		       struct rte_eth_rss_conf *rss)
{
	if (info->hash_key_size == 0 || info->hash_key_size > sizeof(port->rss_key))
		return;
	hl_steering_key(port->rss_key, info->hash_key_size, port->family);
	rss->rss_key = port->rss_key;
	rss->rss_key_len = info->hash_key_size;
}

static void conf_fill(struct port *port, const struct rte_eth_dev_info *info,
		      struct rte_eth_conf *conf)
{
	csum_choose(port, info, conf);
	if (info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE)
		conf->txmode.offloads |=
			RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE; // all from one pool, and none is cloned
	if (port->n_queues < 2)
		return;
	uint64_t hash = info->flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP);
	if (!hash)
		return; // then all frames arrive on the first queue and are handed over from there
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_hf = hash;
	key_choose(port, info, &conf->rx_adv_conf.rss_conf);
}

static int failed(const struct port *port, const char *what, int rc, struct hl_error *err)
{
	eal_log_show();
	return hl_fail(err, -rc, "device: %s: %s: %s", port->name, what, rte_strerror(-rc));
}

static int queues_setup(struct port *port, struct hl_error *err)
{
	uint16_t n_rx = RX_DESCRIPTORS, n_tx = TX_DESCRIPTORS;
	int socket = RTE_MAX(rte_eth_dev_socket_id(port->id), 0);

	int rc = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &n_rx, &n_tx);
	for (uint16_t q = 0; rc == 0 && q < port->n_queues; q++) {
		rc = rte_eth_rx_queue_setup(port->id, q, n_rx, (unsigned)socket, NULL, port->pool);
		if (rc == 0)
			rc = rte_eth_tx_queue_setup(port->id, q, n_tx, (unsigned)socket, NULL);
	}
	return rc < 0 ? failed(port, "queues", rc, err) : 0;
}

static void mac_choose(struct port *port)
{
	static const struct rte_ether_addr none;
	struct rte_ether_addr mac;

	if (rte_eth_macaddr_get(port->id, &mac) < 0 || rte_is_same_ether_addr(&mac, &none)) {
		// Rings have no address of their own. Give them a locally administered one:
		// 02:"hlp":port.
		mac = (struct rte_ether_addr){
			{ 0x02, 0x68, 0x6c, 0x70, (uint8_t)(port->id >> 8), (uint8_t)port->id },
		};
		rte_eth_dev_default_mac_addr_set(port->id,
						 &mac); // drivers that need none refuse it
	}
	// The kernel's end of a tap has the port's address. Use another one, as on any link: the
	// engine refuses an ARP answer from its own address.
	if (!strncmp(port->name, "net_tap", strlen("net_tap")))
		mac.addr_bytes[5] ^= 1;
	memcpy(port->mac, mac.addr_bytes, sizeof(port->mac));
}

// What is sent to the groups of the lines' addresses (RFC 4291 2.7.1) is taken in as well: a filter of the device
// would hold back the questions of neighbours. What it lets through beside them is dropped, and counted.
static int groups_join(struct port *port, struct hl_error *err)
{
	int rc;

	if (port->family != HL_FAMILY_IPV6)
		return 0;
	rc = rte_eth_allmulticast_enable(port->id);
	if (rc < 0)
		rc = rte_eth_promiscuous_enable(port->id);
	// rings, memif and others have no filter, and know of no such thing
	if (rc == 0 || port->is_virtual)
		return 0;
	return hl_fail(
		err, -rc,
		"device: %s takes in neither multicast nor all frames, and IPv6 neighbours ask by "
		"multicast: %s",
		port->name, rte_strerror(-rc));
}

int port_start(struct port *port, uint16_t id, unsigned n_queues, struct rte_mempool *pool,
	       struct hl_error *err)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf = { 0 };

	port->id = id;
	port->n_queues = (uint16_t)n_queues;
	port->pool = pool;
	rte_eth_dev_get_name_by_port(id, port->name);
	int rc = rte_eth_dev_info_get(id, &info);
	if (rc < 0)
		return failed(port, "no information", rc, err);
	rc = queues_check(port, &info, n_queues, err);
	if (rc < 0)
		return rc;
	conf_fill(port, &info, &conf);
	rc = rte_eth_dev_configure(id, port->n_queues, port->n_queues, &conf);
	if (rc < 0 && conf.rx_adv_conf.rss_conf.rss_key) { // some drivers accept only their own key
		conf.rx_adv_conf.rss_conf.rss_key = NULL;
		conf.rx_adv_conf.rss_conf.rss_key_len = 0;
		rc = rte_eth_dev_configure(id, port->n_queues, port->n_queues, &conf);
	}
	if (rc < 0)
		return failed(port, "configuration refused", rc, err);
	rc = queues_setup(port, err);
	if (rc < 0)
		return rc;
	rc = rte_eth_dev_start(id);
	if (rc < 0)
		return failed(port, "does not start", rc, err);
	port->started = true;
	mac_choose(port);
	rc = groups_join(port, err);
	if (rc < 0)
		port_close(port);
	return rc;
}

int port_open(struct port *port, const struct device *device, enum hl_family family,
	      unsigned n_queues, struct rte_mempool *pool, struct hl_error *err)
{
	uint16_t id;
	int rc = port_find(&id, device, err);

	*port = (struct port){
		.is_virtual = device->kind == DEVICE_VIRTUAL,
		.family = family,
	};
	return rc < 0 ? rc : port_start(port, id, n_queues, pool, err);
}

// What comes to a tap comes to the program, whatever its address; its kernel's interface is not ours to change.
int port_accept_all(const struct port *port, struct hl_error *err)
{
	if (!strncmp(port->name, "net_tap", strlen("net_tap")))
		return 0;
	int rc = rte_eth_promiscuous_enable(port->id);
	if (rc == 0 || (rc == -ENOTSUP && port->is_virtual)) // it filters nothing
		return 0;
	return hl_fail(
		err, -rc,
		"device: %s: refuses promiscuous mode (%s), which a MAC for each address needs; let it, "
		"as by \"ip link set PF vf N trust on\" for a VF, or set mac: port",
		port->name, rte_strerror(-rc));
}

uint64_t port_lost(const struct port *port)
{
	struct rte_eth_stats stats = { 0 };

	if (!port->started || rte_eth_stats_get(port->id, &stats) < 0)
		return 0;
	return stats.imissed + stats.rx_nombuf;
}

void port_close(struct port *port)
{
	if (!port->started)
		return;
	port->started = false;
	rte_eth_dev_stop(port->id);
	rte_eth_dev_close(port->id);
}
