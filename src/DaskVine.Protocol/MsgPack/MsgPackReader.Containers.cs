namespace DaskVine.Protocol.MsgPack;

/// <content>Arrays, maps, and stepping over whole values.</content>
public ref partial struct MsgPackReader
{
    private const int DepthOnStack = 64;
    private const string AnArray = "an array";
    private const string AMap = "a map";

    /// <summary>Reads how many elements follow: never more than the bytes at hand could hold.</summary>
    public int ReadArrayHeader()
    {
        byte code = Peek(AnArray);
        return code switch
        {
            >= MsgPackCode.FixArray and < MsgPackCode.FixString => TakeCount(1, (uint)(code - MsgPackCode.FixArray), 1, AnArray),
            MsgPackCode.Array16 => TakeCount(3, PeekLength(2, AnArray), 1, AnArray),
            MsgPackCode.Array32 => TakeCount(5, PeekLength(4, AnArray), 1, AnArray),
            _ => throw Unexpected(AnArray),
        };
    }

    /// <summary>Reads how many key and value pairs follow: never more than the bytes at hand could hold.</summary>
    public int ReadMapHeader()
    {
        byte code = Peek(AMap);
        return code switch
        {
            >= MsgPackCode.FixMap and < MsgPackCode.FixArray => TakeCount(1, (uint)(code - MsgPackCode.FixMap), 2, AMap),
            MsgPackCode.Map16 => TakeCount(3, PeekLength(2, AMap), 2, AMap),
            MsgPackCode.Map32 => TakeCount(5, PeekLength(4, AMap), 2, AMap),
            _ => throw Unexpected(AMap),
        };
    }

    /// <summary>Steps over one whole value, nested ones included. Text inside it is not checked to be UTF-8.</summary>
    public void Skip()
    {
        int start = _at;
        try
        {
            if (NextType is MsgPackType.Array or MsgPackType.Map)
                SkipContainer();
            else
                SkipScalar();
        }
        catch (MsgPackException)
        {
            _at = start;
            throw;
        }
    }

    // A stack of counts, not recursion: hostile nesting must not reach the thread's stack.
    private void SkipContainer()
    {
        int deepest = Math.Min(_limits.MaxDepth, Remaining);
        Span<int> unread = deepest <= DepthOnStack ? stackalloc int[DepthOnStack] : new int[deepest];
        int depth = 0;
        do
        {
            if (NextType is MsgPackType.Array or MsgPackType.Map)
            {
                if (depth >= _limits.MaxDepth)
                    throw Refused("a value", $"nesting deeper than {_limits.MaxDepth}");
                unread[depth++] = OpenContainer();
            }
            else
                SkipScalar();
            while (depth > 0 && unread[depth - 1] == 0)
                depth--;
            if (depth > 0)
                unread[depth - 1]--;
            else
                return;
        }
        while (true);
    }

    /// <summary>Values inside the next container; cannot overflow, since each takes a byte at hand.</summary>
    private int OpenContainer() => NextType == MsgPackType.Array ? ReadArrayHeader() : 2 * ReadMapHeader();

    private void SkipScalar()
    {
        switch (NextType)
        {
            case MsgPackType.String:
                TakeString();
                break;
            case MsgPackType.Binary:
                ReadBinary();
                break;
            case MsgPackType.Extension:
                ReadExtension(out _);
                break;
            case MsgPackType.Integer or MsgPackType.Float:
                ReadDouble();
                break;
            default:
                _at++;
                break;
        }
    }

    private int TakeCount(int headSize, uint count, int bytesEach, string expected)
    {
        if (count > _limits.MaxCount)
            throw Refused(expected, $"a count of {count}, over the limit of {_limits.MaxCount}");
        if ((long)count * bytesEach > Remaining - headSize)
            throw Truncated(expected, headSize + ((long)count * bytesEach));
        _at += headSize;
        return (int)count;
    }
}
