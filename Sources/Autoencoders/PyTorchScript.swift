/// What every exported `model.py` has besides its network.
enum PyTorchScript {
    static let files = #"""
        FLOATS = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


        def read_safetensors(path: str | Path) -> dict[str, Tensor]:
            """A header's length in 8 bytes, the header in JSON, then the numbers, little-endian."""
            with open(path, "rb") as file:
                (length,) = struct.unpack("<Q", file.read(8))
                header = json.loads(file.read(length))
                numbers = bytearray(file.read())
            header.pop("__metadata__", None)
            return {
                name: torch.frombuffer(numbers[slice(*entry["data_offsets"])], dtype=FLOATS[entry["dtype"]]).reshape(entry["shape"])
                for name, entry in header.items()
            }


        def write_safetensors(tensors: dict[str, Tensor], path: str | Path) -> None:
            """Beside its place first, so that whatever happens the file is whole."""
            header, chunks, at = {}, [], 0
            for name, tensor in tensors.items():
                chunks.append(tensor.detach().cpu().float().contiguous().numpy().tobytes())
                header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(chunks[-1])]}
                at += len(chunks[-1])
            text = json.dumps(header).encode()
            text += b" " * (-len(text) % 8)
            unfinished = Path(f"{path}.part")
            unfinished.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))
            os.replace(unfinished, path)


        IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


        def read_items(path: Path) -> Tensor:
            """The items of a .npy or an IDX file (.gz too) as rows; whole numbers are divided by their type's largest."""
            if path.suffix == ".npy":
                array = np.load(path)
            else:
                content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
                if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in IDX_TYPES:
                    raise SystemExit(f"{path} is neither a .npy nor an IDX file")
                start = 4 + 4 * content[3]
                shape = struct.unpack(f">{content[3]}I", content[4:start])
                array = np.frombuffer(content, IDX_TYPES[content[2]], offset=start).reshape(shape)
            scale = np.iinfo(array.dtype).max if np.issubdtype(array.dtype, np.integer) else 1
            items = torch.from_numpy(array.reshape(len(array), -1).astype(np.float32) / np.float32(scale))
            if items.shape[1] != PIXELS:
                raise SystemExit(f"{path} has items of {items.shape[1]} numbers, and the model takes {PIXELS}")
            return items


        def read_data(path: Path) -> tuple[Tensor, Tensor]:
            """Items to train on and to test on: of a folder its IDX images, t10k apart; else the last tenth is held out."""
            if path.is_dir():
                images = sorted(path.glob("*images*idx*"))
                train = [file for file in images if not file.name.startswith("t10k")]
                if not train:
                    raise SystemExit(f"{path} holds no IDX file of images")
                items = read_items(train[0])
                tests = [file for file in images if file.name.startswith("t10k")]
                if tests:
                    return items, read_items(tests[0])
            else:
                items = read_items(path)
            held = max(1, len(items) // 10)
            return items[:-held], items[-held:]

        """#

    static func training(_ className: String) -> String {
        """
        def load(path: str | Path | None = None) -> \(className):
            \"""The model with the weights of a .safetensors file: those beside this file, where none is named.\"""
            net = \(className)()
            net.load_state_dict(read_safetensors(path or WEIGHTS))
            return net.eval()


        class Step(nn.Module):
            \"""The loss as a module's forward, which DistributedDataParallel watches over.\"""

            def __init__(self, net: \(className)) -> None:
                super().__init__()
                self.net = net

            def forward(self, x: Tensor) -> Tensor:
                return self.net.loss(x)


        @torch.no_grad()
        def test_loss(net: \(className), items: Tensor, batch: int, device: torch.device) -> float:
            return sum(net.loss(x.to(device)).item() * len(x) for x in items.split(batch)) / len(items)


        def train(data: Path, epochs: int, batch: int, rate: float, seed: int) -> None:
            \"""Goes on from the weights beside this file, and writes them back after each epoch.\"""
            world, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
            has_cuda = torch.cuda.is_available()
            device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if has_cuda else torch.device("cpu")
            if world > 1:
                dist.init_process_group("nccl" if has_cuda else "gloo")
            torch.manual_seed(seed + rank)  # each process its own noise
            torch.set_flush_denormal(True)  # Adam's moments of dead inputs decay to where processors are slow

            train_items, test_items = read_data(data)
            net = load().to(device)
            step: nn.Module = Step(net)
            if world > 1:
                step = DistributedDataParallel(step, device_ids=[device.index] if has_cuda else None)
            optimizer = torch.optim.Adam(net.parameters(), lr=rate)
            sampler = DistributedSampler(train_items, num_replicas=world, rank=rank, seed=seed)

            for epoch in range(1, epochs + 1):
                sampler.set_epoch(epoch)  # a fresh order, the same for all processes
                net.train()
                total = torch.zeros((), device=device)
                for rows in torch.tensor(list(sampler)).split(batch):
                    loss = step(train_items[rows].to(device))
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    total += loss.detach() * len(rows)
                if world > 1:
                    dist.all_reduce(total)
                if rank == 0:
                    write_safetensors(net.state_dict(), WEIGHTS)
                    train_loss = total.item() / (len(sampler) * world)
                    net.eval()
                    tested = test_loss(net, test_items, batch, device)
                    print(f"epoch {epoch}  train loss {train_loss:.2f}  test loss {tested:.2f}", flush=True)
            if world > 1:
                dist.destroy_process_group()


        def main() -> None:
            parser = argparse.ArgumentParser(description="Trains the model on, from model.safetensors and back to it.")
            parser.add_argument("--data", type=Path, required=True, help="an IDX folder or file (.gz too), or a .npy")
            parser.add_argument("--epochs", type=int, default=1)
            parser.add_argument("--batch", type=int, default=128, help="items a step, of each process")
            parser.add_argument("--lr", type=float, default=1e-3, help="Adam's learning rate")
            parser.add_argument("--seed", type=int, default=1)
            args = parser.parse_args()
            train(args.data, args.epochs, args.batch, args.lr, args.seed)


        if __name__ == "__main__":
            main()

        """
    }
}
