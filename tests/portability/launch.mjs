// Runs launches on an implementation of WebGPU and compares; the same in Node and in a page.

const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
// Every so many launches one is repeated with bounds that are wrong.
const PLANT_EACH = 25;
const RULES = { 1: "same", 2: "bounded", 3: "near" };

// The bytes of a buffer that holds these: never empty, and a multiple of what copies and blocks want.
const room = (bytes) => Math.max(256, Math.ceil(bytes / 16) * 16);

const half = (bits) => {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
};

/// What a written binding holds against what it may: how many components were compared by each rule, and the first that is wrong.
export function compare(binding, found) {
  const [low, high, rules] = ["low", "high", "rules"].map((name) => new DataView(unhex(binding[name]).buffer));
  const data = new DataView(found.buffer, found.byteOffset);
  const tally = { same: 0, bounded: 0, near: 0 };
  const real = (at, least, most, is, rule) => {
    tally[RULES[rule]] += 1;
    return is >= least && is <= most ? null : `${binding.name}, byte ${at}: ${is}, not ${least} to ${most}`;
  };
  for (let at = 0; at < rules.byteLength; at += 2) {
    const rule = at % 4 === 0 && at + 4 <= rules.byteLength ? rules.getUint32(at, true) : 0;
    let wrong = null;
    if (rule === 1) {
      tally.same += 1;
      const [is, must] = [data.getUint32(at, true), low.getUint32(at, true)];
      if (is !== must) wrong = `${binding.name}, byte ${at}: ${is}, not ${must}`;
    } else if (rule === 2 || rule === 3) {
      wrong = real(at, low.getFloat32(at, true), high.getFloat32(at, true), data.getFloat32(at, true), rule);
    } else if (half(rules.getUint16(at, true)) >= 2) {
      // The rule of a half is a half itself.
      const [least, most, is] = [low, high, data].map((view) => half(view.getUint16(at, true)));
      wrong = real(at, least, most, is, half(rules.getUint16(at, true)));
    }
    if (wrong) return { tally, wrong };
  }
  return { tally, wrong: null };
}

/// Runs one launch; what is wrong with it, or how many components were compared.
export async function launch(device, spec) {
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code: spec.wgsl });
  const problems = (await module.getCompilationInfo()).messages.filter((message) => message.type === "error");
  const entries = spec.bindings.map(({ type }, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } }));
  const layout = device.createBindGroupLayout({ entries });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module },
  });
  const buffers = spec.bindings.map(({ type, bytes }) => {
    const contents = unhex(bytes);
    const usage = type === "uniform" ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    const buffer = device.createBuffer({ size: room(contents.length), usage: usage | GPUBufferUsage.COPY_DST });
    const padded = new Uint8Array(room(contents.length));
    padded.set(contents);
    device.queue.writeBuffer(buffer, 0, padded);
    return buffer;
  });
  const group = device.createBindGroup({
    layout,
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...spec.groups);
  pass.end();
  const written = spec.bindings.flatMap((binding, i) => (binding.type === "storage" ? [{ binding, buffer: buffers[i] }] : []));
  for (const one of written) {
    one.read = device.createBuffer({ size: one.buffer.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    encoder.copyBufferToBuffer(one.buffer, 0, one.read, 0, one.buffer.size);
  }
  device.queue.submit([encoder.finish()]);
  const refused = await device.popErrorScope();
  if (problems.length || refused) return { wrong: `refused: ${problems[0]?.message ?? refused.message}` };
  const tally = { same: 0, bounded: 0, near: 0 };
  let wrong = null;
  for (const { binding, read } of written) {
    await read.mapAsync(GPUMapMode.READ);
    const result = compare(binding, new Uint8Array(read.getMappedRange().slice(0)));
    for (const rule in tally) tally[rule] += result.tally[rule];
    wrong ??= result.wrong;
  }
  for (const buffer of [...buffers, ...written.map((one) => one.read)]) buffer.destroy();
  return { tally, wrong };
}

/// The same launch with bounds that no number keeps: whoever accepts it compares nothing.
const planted = (spec) => {
  const bindings = spec.bindings.map((binding) => ({ ...binding, low: binding.low?.replace(/./g, "f") }));
  return { ...spec, bindings };
};

/// Runs launches one after the other: what implementation it was, and a result for each.
export async function runAll(gpu, count, load) {
  const adapter = await gpu?.requestAdapter();
  if (!adapter) return { absent: "no adapter" };
  const wanted = ["subgroups", "shader-f16"].filter((feature) => adapter.features.has(feature));
  // WebGPU promises 8; some backward passes bind more.
  const { maxStorageBuffersPerShaderStage } = adapter.limits;
  const device = await adapter.requestDevice({ requiredFeatures: wanted, requiredLimits: { maxStorageBuffersPerShaderStage } });
  const lost = device.lost.then(({ message }) => ({ wrong: `the device is lost: ${message}` }));
  const { vendor, architecture, description } = adapter.info;
  const results = [];
  let unnoticed = 0;
  for (let i = 0; i < count; i += 1) {
    const spec = await load(i);
    const storage = spec.bindings.filter(({ type }) => type !== "uniform").length;
    const lacking = spec.features.filter((feature) => !device.features.has(feature));
    if (storage > maxStorageBuffersPerShaderStage) lacking.push(`${storage} storage buffers`);
    const result = lacking.length ? { lacking } : await Promise.race([launch(device, spec), lost]);
    results.push({ source: spec.source, kernel: spec.kernel, ...result });
    if (result.wrong?.startsWith("the device is lost")) break;
    if (result.tally && i % PLANT_EACH === 0) {
      const { tally, wrong } = await launch(device, planted(spec));
      if (!wrong && Object.values(tally).some((n) => n > 0)) unnoticed += 1;
    }
  }
  const { userAgent } = globalThis.navigator ?? {};
  return { adapter: description || [vendor, architecture].join(" "), features: wanted, userAgent, unnoticed, count, results };
}
